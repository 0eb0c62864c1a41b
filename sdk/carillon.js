/**
 * Carillon's browser SDK: turns `carillon.push([...])` calls into operations, keeps them in localStorage until the
 * server has answered for them, and looks after this browser's push subscription. The manual is docs/sdk.md.
 *
 * Each operation lives under a key of its own, so that tabs writing at the same time never overwrite each other, and
 * keeps its id for life, so that sending it twice counts once.
 */
(() => {
  'use strict';
  if (window.carillon && window.carillon.loaded) return;

  const PREFIX = 'carillon.';
  const BATCH_OPERATIONS = 50;
  const BATCH_CHARACTERS = 50000; // sendBeacon and keepalive requests stop at 64 KiB
  const FLUSH_DELAY = 300; // milliseconds, as are all times in this file
  const LONGEST_RETRY_DELAY = 60000;
  const REQUEST_TIMEOUT = 30000;
  const SESSION_IDLE = 30 * 60 * 1000;

  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  const script = document.currentScript;
  const options = optionsOf(script);

  // ---- Options ------------------------------------------------------------------------------------------------
  function optionsOf(element) {
    const address = new URL((element && element.src) || location.href);
    const data = element ? element.dataset : {};
    return {
      siteKey: data.siteKey || address.searchParams.get('site_key'),
      host: data.host || address.origin,
      worker: data.worker || address.searchParams.get('worker') || '/carillon-worker.js',
      workerScope: data.workerScope,
      autoPage: data.autoPage !== 'false',
      prompt: data.prompt,
      requireConsent: data.requireConsent === 'true',
      debug: data.debug === 'true',
    };
  }

  function init(changes) {
    for (const name of Object.keys(changes || {})) {
      if (name in options) options[name] = changes[name];
      else warn(`unknown option "${name}"; the options are ${Object.keys(options).join(', ')}`);
    }
    scheduleFlush();
  }

  const urlOf = (path) => options.host.replace(/\/+$/, '') + path;

  // ---- Telling the developer and the page -----------------------------------------------------------------------
  const warn = (message) => console.warn(`Carillon: ${message}`);
  const log = (...parts) => options.debug && console.log('Carillon:', ...parts);
  const emit = (name, detail) => window.dispatchEvent(new CustomEvent(`carillon:${name}`, { detail }));

  // ---- The other two parts, loaded only where they are needed -----------------------------------------------------
  const parts = new Map();

  function loadPart(name) {
    if (!parts.has(name)) parts.set(name, new Promise((resolve, reject) => {
      const element = document.createElement('script');
      element.src = new URL(name, script ? script.src : urlOf('/sdk/'));
      element.onload = resolve;
      element.onerror = () => parts.delete(name) && reject(new Error(`${element.src} could not be loaded`));
      document.head.append(element);
    }));
    return parts.get(name);
  }

  const pushPart = () => loadPart('carillon-push.js').then(() => api.device);

  /** A page written for Aimtell gets its globals back. */
  function loadAimtell() {
    const names = Object.keys(window);
    if (names.some((name) => name === '_at' || name.startsWith('_aimtell'))) loadPart('carillon-aimtell.js').catch(warn);
  }

  // ---- Storage: localStorage, or memory while it is forbidden (no consent yet, private mode, quota) --------------
  const memory = new Map();

  function read(key) {
    if (memory.has(key)) return memory.get(key);
    try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch { return null; }
  }

  function write(key, value) {
    memory.set(key, value);
    if (!allowed() && key !== 'consent') return;
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(value));
      memory.delete(key);
    } catch { /* no storage here: memory serves until the page goes */ }
  }

  function erase(key) {
    memory.delete(key);
    try { localStorage.removeItem(PREFIX + key); } catch { /* nothing was stored */ }
  }

  function storedKeys(start) {
    let stored = [];
    try { stored = Object.keys(localStorage); } catch { /* memory only */ }
    const ours = stored.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
    return [...ours, ...memory.keys()].filter((key) => key.startsWith(start)).sort();
  }

  // ---- Consent: undecided operations wait in memory, refused ones are never made ----------------------------------
  const allowed = () => read('consent') ?? !options.requireConsent;

  function consent(given) {
    write('consent', Boolean(given));
    if (given) {
      for (const [key, value] of [...memory]) write(key, value);
      scheduleFlush();
    } else storedKeys('').filter((key) => key !== 'consent').forEach(erase);
    emit('subscriber', given ? subscriber() : null);
  }

  // ---- The subscriber and their session ---------------------------------------------------------------------------
  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID(); // absent on plain http
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** The id an earlier Aimtell installation gave this browser: taking it over lets imported subscribers match. */
  function inheritedId() {
    const found = /_aimtellSubscriberID=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/i.exec(document.cookie);
    return found && found[1].toLowerCase();
  }

  function subscriber() {
    if (!read('subscriber')) write('subscriber', inheritedId() || uuid());
    return read('subscriber');
  }

  function identify(externalId, signature) {
    if ((externalId ?? '') === '') return warn("identify needs the customer's id: ['identify', 'u-42']");
    record('identify', { external_id: String(externalId), ...(signature ? { signature } : {}) });
  }

  /** For log-out: whoever uses this browser next is a new subscriber. What was recorded stays with the old one. */
  function reset() {
    write('subscriber', uuid());
    erase('session');
    emit('subscriber', subscriber());
    return keepSubscription();
  }

  function touchSession() {
    const idle = Date.now() - (read('session') || 0);
    write('session', Date.now());
    if (idle > SESSION_IDLE) record('event', { name: '$session_start', properties: {} });
  }

  // ---- Operations -------------------------------------------------------------------------------------------------
  let made = 0;

  function record(type, fields) {
    if (read('consent') === false) return log('ignored, consent is refused:', type, fields);
    if (type === 'event' || type === 'page') touchSession();
    const operation = { id: uuid(), type, ...fields, at: new Date().toISOString() };
    const order = Date.now().toString(36).padStart(9, '0') + (made++).toString(36).padStart(4, '0');
    write(`operation.${order}.${operation.id}`, { subscriber: subscriber(), operation });
    log(type, operation);
    emit('operation', operation);
    scheduleFlush();
  }

  function addEvent(event, properties) {
    const { event: name, ...own } = typeof event === 'object' && event ? event : { event, ...properties };
    if (typeof name !== 'string' || !name) return warn("addEvent needs a name: ['addEvent', {event: 'add_to_cart'}]");
    record('event', { name, properties: own });
  }

  function addAttributes(attributes) {
    if (typeof attributes !== 'object' || !attributes) return warn("addAttributes needs an object: {loyalty_tier: 'gold'}");
    record('attributes', { set: { ...attributes }, unset: [] });
  }

  function addAttribute(key, value) {
    if (!key || value === undefined) return warn("addAttribute needs a key and a value: ['addAttribute', 'tier', 'gold']");
    addAttributes({ [key]: value });
  }

  const removeAttribute = (key) => record('attributes', { set: {}, unset: [String(key)] });

  // ---- Page views -------------------------------------------------------------------------------------------------
  const page = (fields = {}) =>
    record('page', { url: fields.url || location.href, title: fields.title || document.title, referrer: document.referrer });

  /** The address without its #anchor, unless the anchor is a route. */
  const shownPage = () => (/^#[!/]/.test(location.hash) ? location.href : location.href.split('#')[0]);

  function watchPages() {
    page();
    let shown = shownPage();
    // A single-page application sets the title just after the address, hence the pause.
    const onMove = () => setTimeout(() => {
      if (shownPage() !== shown) page();
      shown = shownPage();
    });
    const pushState = history.pushState;
    history.pushState = (...args) => {
      pushState.apply(history, args);
      onMove();
    };
    window.addEventListener('popstate', onMove);
    window.addEventListener('pageshow', (event) => event.persisted && page());
  }

  // ---- Sending ----------------------------------------------------------------------------------------------------
  let flushTimer = null;
  let sending = false;
  let failures = 0;
  const beaconed = new Set();

  const sendable = () => options.siteKey && allowed();
  const operationKeys = () => storedKeys('operation.');
  const retryDelay = () => Math.min(2 ** failures * 500, LONGEST_RETRY_DELAY) * (0.75 + Math.random() / 2);

  function scheduleFlush(delay = FLUSH_DELAY) {
    clearTimeout(flushTimer);
    flushTimer = setTimeout(flush, delay);
  }

  function nextBatch() {
    const batch = [];
    let characters = 0;
    for (const key of operationKeys()) {
      const entry = read(key);
      if (!entry?.operation) { erase(key); continue; } // nobody could read it later either
      characters += JSON.stringify(entry.operation).length;
      const full = batch.length === BATCH_OPERATIONS || characters > BATCH_CHARACTERS;
      if (batch.length && (full || entry.subscriber !== batch[0].subscriber)) break;
      batch.push({ key, ...entry });
    }
    return batch;
  }

  const bodyOf = (batch) => JSON.stringify({
    site_key: options.siteKey,
    subscriber: batch[0].subscriber,
    context: { timezone, language: navigator.language, url: location.href },
    operations: batch.map((entry) => entry.operation),
  });

  /** Sends all that waits; one tab at a time, since they share the queue. */
  async function flush() {
    if (sending || !sendable() || !operationKeys().length) return;
    sending = true;
    try { // where locks are forbidden, storage is too, so there is nothing to share
      await (navigator.locks ? navigator.locks.request('carillon', sendWaiting).catch(sendWaiting) : sendWaiting());
    } finally { sending = false; }
    if (operationKeys().length) scheduleFlush(failures ? retryDelay() : FLUSH_DELAY);
  }

  async function sendWaiting() {
    for (let batch = nextBatch(); batch.length && sendable(); batch = nextBatch()) {
      failures = (await deliver(bodyOf(batch))) ? 0 : failures + 1;
      if (failures) return;
      batch.forEach((entry) => erase(entry.key));
    }
  }

  /** True when the server has decided, for good or ill; false when the same operations should be sent again. */
  async function deliver(body) {
    const response = await fetch(urlOf('/v1/track'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      credentials: 'omit',
      keepalive: new Blob([body]).size < 60000,
      signal: AbortSignal.timeout ? AbortSignal.timeout(REQUEST_TIMEOUT) : undefined,
      body,
    }).catch(() => null);
    if (!response || response.status >= 500 || [408, 425, 429].includes(response.status)) return false;
    const answer = (await response.json().catch(() => null)) || {};
    if (!response.ok) warn(`operations refused with status ${response.status} and dropped: ${JSON.stringify(answer)}`);
    for (const { id, error } of answer.rejected || []) warn(`operation ${id} was rejected: ${JSON.stringify(error)}`);
    return true;
  }

  /** A beacon tells nobody whether it arrived, so what it carried stays in the queue and is sent again by its ids. */
  function sendBeforeLeaving() {
    if (!sendable() || !navigator.sendBeacon) return;
    const batch = nextBatch().filter((entry) => !beaconed.has(entry.key));
    if (batch.length && navigator.sendBeacon(urlOf('/v1/track'), bodyOf(batch))) {
      batch.forEach((entry) => beaconed.add(entry.key));
    }
  }

  // ---- Push -------------------------------------------------------------------------------------------------------
  const pushSupported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

  /** Call it from a click. Resolves to subscribed, denied, default (the question was closed) or unsupported. */
  async function subscribe() {
    if (!pushSupported()) return announce('unsupported');
    const permission = await Notification.requestPermission();
    if (permission !== 'granted') return announce(permission);
    erase('optedOut');
    await registerDevice(true);
    return announce('subscribed');
  }

  async function unsubscribe(reason = '') {
    write('optedOut', true);
    record('unsubscribe', { reason: String(reason) });
    erase('push');
    if (pushSupported()) await (await pushPart()).cancel(options.workerScope);
    return announce('unsubscribed');
  }

  function announce(state) {
    emit('subscription', state);
    return state;
  }

  /** On every page: browsers lose and change subscriptions silently, and visitors revoke permissions in settings. */
  async function keepSubscription() {
    if (!read('push') || !pushSupported()) return;
    if (Notification.permission === 'granted') await registerDevice(false);
    else await unsubscribe('permission_revoked');
  }

  async function registerDevice(always) {
    const device = await pushPart();
    const subscription = await device.register({ ...options, host: urlOf(''), subscriber: subscriber() });
    const current = JSON.stringify([subscriber(), subscription]);
    if (always || current !== read('push')) record('subscribe', { subscription });
    write('push', current);
  }

  // ---- Commands ---------------------------------------------------------------------------------------------------
  const commands = {
    init, consent, identify, reset, addAttribute, addAttributes, removeAttribute, addEvent, page, subscribe, unsubscribe,
    prompt: subscribe,
    optout: () => unsubscribe('optout'),
    debug: (on = true) => { options.debug = Boolean(on); },
    ready: (callback) => callback(api),
  };

  /** What was queued before loading is replayed in this order, so that events find the person already known. */
  const RANKS = {
    __proto__: null, ready: 5,
    init: 0, debug: 0, consent: 1, identify: 2, reset: 2, addAttribute: 3, addAttributes: 3, removeAttribute: 3,
  };
  const rank = (command) => RANKS[typeof command === 'function' ? 'ready' : command && command[0]] ?? 4;

  function dispatch(command) {
    const failed = (error) => warn(`a command failed: ${error.message}`);
    try {
      const [name, ...args] = typeof command === 'function' ? ['ready', command] : Array.from(command);
      if (!Object.hasOwn(commands, name)) return warn(`unknown command "${name}", not one of ${Object.keys(commands)}`);
      const result = commands[name](...args);
      if (result instanceof Promise) result.catch(failed);
      return result;
    } catch (error) {
      return failed(error);
    }
  }

  const push = (...queued) => queued.sort((a, b) => rank(a) - rank(b)).forEach(dispatch);

  const api = {
    loaded: true,
    push,
    get subscriber() { return subscriber(); },
    get consented() { return allowed(); },
    get subscribed() { return Boolean(read('push')); },
    get optedOut() { return Boolean(read('optedOut')); },
  };
  for (const name of Object.keys(commands)) api[name] = (...args) => dispatch([name, ...args]);

  // ---- Start ------------------------------------------------------------------------------------------------------
  function start() {
    const queue = Array.isArray(window.carillon) ? window.carillon : [];
    const waiting = queue.splice(0);
    queue.push = push; // for pages that kept the array
    window.carillon = api;
    push(...waiting.filter((command) => rank(command) < 4));
    if (!options.siteKey) warn('no site key: add data-site-key="…" to the script tag');
    if (read('consent') !== false) touchSession();
    if (options.autoPage) watchPages();
    push(...waiting.filter((command) => rank(command) >= 4));
    dispatch(() => keepSubscription());
  }

  window.addEventListener('online', () => scheduleFlush());
  window.addEventListener('pagehide', sendBeforeLeaving);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && sendBeforeLeaving());
  document.addEventListener('click', (event) => {
    if (options.prompt && event.target.closest(options.prompt)) dispatch(['subscribe']);
  });
  start();
  loadAimtell();
  window.addEventListener('load', loadAimtell);
})();
