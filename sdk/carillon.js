/**
 * Carillon's browser SDK: turns `carillon.push([...])` calls into operations, keeps them in localStorage until the
 * server has answered for them, and looks after this browser's push subscription. The manual is docs/sdk.md.
 *
 * Each operation lives under a key of its own, so that tabs writing at the same time never overwrite each other, and
 * keeps its id for life, so that sending it twice counts once. The key begins with the site's, since two sites may
 * share an origin.
 */
(() => {
  'use strict';
  const FLUSH_DELAY = 300; // milliseconds, as are all times in this file
  const TITLE_DELAY = 400; // applications set the title of a page after its address
  const LONGEST_RETRY_DELAY = 60000;
  const LONGEST_RETRY_AFTER = 15 * 60 * 1000; // whatever a server asks for
  const REQUEST_TIMEOUT = 30000;
  const STORE_TIMEOUT = 2000;
  const SESSION_IDLE = 30 * 60 * 1000;
  const DAY = 24 * 60 * 60 * 1000;
  const BATCH = { operations: 50, bytes: 50000 }; // sendBeacon and keepalive requests stop at 64 KiB
  const QUEUE = { operations: 1000, characters: 500000, days: 14 }; // what may wait; the rest of the storage is the site's
  const LONGEST_OPERATION = 100000; // characters
  const COOKIE_DAYS = 400; // browsers keep none for longer

  const script = document.currentScript || document.querySelector('script[data-site-key]');
  const options = optionsOf(script);
  const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);

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
      doNotTrack: data.doNotTrack === 'true',
      debug: data.debug === 'true',
    };
  }

  function init(changes) {
    const { siteKey } = changes || {};
    if (siteKey && options.siteKey && siteKey !== options.siteKey) sendBeforeLeaving(); // what is its own, to it
    for (const name of Object.keys(changes || {})) {
      if (has(options, name)) options[name] = changes[name];
      else fail(`unknown option "${name}"; the options are ${Object.keys(options).join(', ')}`);
    }
    adoptUnnamed();
    scheduleFlush();
  }

  const urlOf = (path) => options.host.replace(/\/+$/, '') + path;

  // ---- Telling the developer and the page -----------------------------------------------------------------------
  const log = (...parts) => options.debug && console.log('Carillon:', ...parts);
  const emit = (name, detail) => window.dispatchEvent(new CustomEvent(`carillon:${name}`, { detail }));

  function fail(message, details) {
    console.warn(`Carillon: ${message}`);
    emit('error', { message, ...details });
  }

  // ---- The other two parts, loaded only where they are needed -----------------------------------------------------
  const parts = new Map();
  let policy = null;

  /** Pages that demand trusted types take addresses of scripts from a policy only. */
  function trusted(url) {
    if (!window.trustedTypes) return url;
    try {
      policy = policy || window.trustedTypes.createPolicy('carillon', { createScriptURL: (address) => address });
    } catch { return url; } // not among the page's names: its default policy may let it pass
    return policy.createScriptURL(url);
  }

  function loadPart(name) {
    if (!parts.has(name)) parts.set(name, new Promise((resolve, reject) => {
      const element = document.createElement('script');
      if (script && script.nonce) element.nonce = script.nonce;
      if (script && script.crossOrigin !== null) element.crossOrigin = script.crossOrigin;
      const { href } = new URL(name, script && script.src ? script.src : urlOf('/sdk/'));
      element.onload = resolve;
      element.onerror = () => parts.delete(name) && reject(new Error(`${href} could not be loaded`));
      element.src = trusted(href);
      document.head.append(element);
    }));
    return parts.get(name);
  }

  /** A page written for Aimtell gets its globals back. */
  function loadAimtell() {
    const names = Object.keys(window);
    if (!names.some((name) => name === '_at' || name.startsWith('_aimtell'))) return;
    loadPart('carillon-aimtell.js').catch((error) => fail(error.message));
  }

  // ---- JSON -------------------------------------------------------------------------------------------------------
  /** Written out here, since old libraries (Prototype.js) teach arrays and dates to present themselves as text. */
  function json(value, depth = 0) {
    if (depth > 50) throw new Error('values that contain themselves, or are nested deeper than 50, cannot be sent');
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string') return JSON.stringify(value.toWellFormed ? value.toWellFormed() : value);
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const deeper = (inner) => json(inner, depth + 1);
    if (Array.isArray(value)) return `[${[...value].map((inner) => deeper(inner) ?? 'null').join(',')}]`;
    const kind = Object.prototype.toString.call(value);
    if (kind === '[object Date]') return JSON.stringify(Number.isNaN(+value) ? null : value.toISOString());
    if (/^\[object (Number|String|Boolean)\]$/.test(kind)) return deeper(value.valueOf());
    if (typeof value.toJSON === 'function' && value.toJSON !== Object.prototype.toJSON) return deeper(value.toJSON());
    const members = Object.keys(value).filter((key) => has(value, key)).map((key) => [key, deeper(value[key])]);
    return `{${members.filter(([, text]) => text !== undefined).map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
  }

  // ---- Storage: localStorage; small things a cookie where that is full or forbidden; else memory -------------------
  const memory = new Map();
  const KEPT = /^(?:(?:consent|subscriber|session|push|optedOut)$|operation\.)/;
  let cookies = ours(document, 'cookie').includes('carillon.');

  /** What a sandboxed frame may not even look at is empty. */
  function ours(owner, name) {
    try { return owner[name] || ''; } catch { return ''; }
  }

  const placeOf = (name, siteKey = options.siteKey) =>
    (siteKey ? `carillon.${encodeURIComponent(siteKey).replace(/\./g, '%2E')}.${name}` : `carillon.${name}`);

  function find(key) {
    if (memory.has(key)) return memory.get(key);
    let text = null;
    try { text = localStorage.getItem(key); } catch { /* forbidden here */ }
    return text ?? (cookies ? cookieOf(key) : null);
  }

  function cookieOf(key) {
    const found = ours(document, 'cookie').split('; ').find((cookie) => cookie.startsWith(`${key}=`));
    return found ? decodeURIComponent(found.slice(key.length + 1)) : null;
  }

  function setCookie(key, text, days) {
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    try { document.cookie = `${key}=${encodeURIComponent(text)}; max-age=${days * 86400}; path=/; SameSite=Lax${secure}`; } catch { /* forbidden */ }
  }

  /** True if it will still be there on the next page. */
  function store(key, text) {
    try {
      localStorage.setItem(key, text);
      if (cookies) setCookie(key, '', 0);
      return true;
    } catch { /* full, or forbidden */ }
    if (key.includes('.operation.') || text.length > 1500) return false;
    try { localStorage.removeItem(key); } catch { /* forbidden */ }
    setCookie(key, text, COOKIE_DAYS);
    cookies = true;
    return cookieOf(key) === text;
  }

  function discard(key) {
    memory.delete(key);
    try { localStorage.removeItem(key); } catch { /* nothing was stored */ }
    if (cookies && !key.includes('.operation.')) setCookie(key, '', 0);
  }

  function read(name) {
    try { return JSON.parse(find(placeOf(name))); } catch { return null; }
  }

  const write = (name, value) => keep(name, json(value));

  /** How many characters that takes. */
  function keep(name, text) {
    const key = placeOf(name);
    memory.set(key, text);
    if ((allowed() || name === 'consent') && store(key, text)) memory.delete(key);
    return key.length + text.length;
  }

  const erase = (name) => discard(placeOf(name));

  /** The names of what is kept for a site, sorted. */
  function names(start, siteKey = options.siteKey) {
    const place = placeOf('', siteKey);
    const small = cookies ? ours(document, 'cookie').split('; ').map((cookie) => cookie.split('=')[0]) : [];
    const keys = new Set([...Object.keys(ours(window, 'localStorage')), ...small, ...memory.keys()]);
    const own = [...keys].filter((key) => key.startsWith(place)).map((key) => key.slice(place.length));
    return own.filter((name) => KEPT.test(name) && name.startsWith(start)).sort();
  }

  /** What was kept while no site was named, also by older versions of this script, is the first named site's. */
  function adoptUnnamed() {
    if (!options.siteKey) return;
    for (const name of names('', null)) {
      const text = find(placeOf(name, null));
      if (find(placeOf(name)) === null && (!allowed() || !store(placeOf(name), text))) memory.set(placeOf(name), text);
      discard(placeOf(name, null));
    }
  }

  // ---- Consent: undecided operations wait in memory, refused ones are never made ----------------------------------
  /** The visitor's browser says for them that they do not want this. */
  const objects = () => navigator.globalPrivacyControl === true || (options.doNotTrack && /^(1|yes)$/.test(navigator.doNotTrack));
  const allowed = () => read('consent') ?? !(options.requireConsent || objects());

  async function consent(given) {
    const before = allowed();
    write('consent', Boolean(given));
    if (given) {
      for (const [key, text] of [...memory]) if (key.startsWith(placeOf('')) && store(key, text)) memory.delete(key);
      scheduleFlush();
      emit('subscriber', subscriber());
      if (!before) await recoverDevice();
      return;
    }
    names('').filter((name) => name !== 'consent').forEach(erase);
    setCookie('_aimtellSubscriberID', '', 0); // it was taken over, see inheritedId()
    pending = null;
    wanted = false;
    emit('subscriber', null);
    await forgetWorker();
  }

  // ---- What the worker needs to know is in IndexedDB: it cannot read localStorage ---------------------------------
  function changeWorkerStore(change, make) {
    return new Promise((resolve, reject) => {
      setTimeout(reject, STORE_TIMEOUT, new Error('IndexedDB does not answer')); // some versions of Safari forget to
      const opening = indexedDB.open('carillon', 1); // the worker makes the same stores
      opening.onupgradeneeded = () => {
        if (!make) return opening.transaction.abort();
        opening.result.createObjectStore('settings');
        return opening.result.createObjectStore('outbox', { autoIncrement: true });
      };
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        try {
          const transaction = opening.result.transaction(['settings', 'outbox'], 'readwrite');
          change(transaction.objectStore('settings'), transaction.objectStore('outbox'));
          transaction.oncomplete = () => resolve(opening.result.close());
          transaction.onabort = () => reject(transaction.error);
        } catch (error) { reject(error); }
      };
    });
  }

  /** Only the refusal stays, so that the worker reports no more of what becomes of pushes. */
  const forgetWorker = () => changeWorkerStore((settings, outbox) => {
    settings.getAll().onsuccess = ({ target }) => {
      const known = target.result.find((one) => !one.siteKey || one.siteKey === options.siteKey);
      if (!known) return;
      settings.delete('current'); // of older versions, which knew one site
      settings.put({ siteKey: options.siteKey, scope: known.scope, refused: true }, options.siteKey);
    };
    outbox.clear();
  }).catch(() => { /* there was nothing, or IndexedDB is forbidden and there could be nothing */ });

  // ---- The subscriber and their session ---------------------------------------------------------------------------
  /** Nil, max, and what comes of a source of random numbers that gives nothing: the same for all browsers (subscribers/browser_ids.py). */
  const STANDS_FOR_NONE = /^([0f])\1{7}-\1{4}-.\1{3}-.\1{3}-\1{12}$/i;

  function uuid() {
    if (crypto.randomUUID) { // absent on plain http
      const made = crypto.randomUUID();
      if (!STANDS_FOR_NONE.test(made)) return made;
    }
    const made = writeUuid(crypto.getRandomValues(new Uint8Array(16)));
    return STANDS_FOR_NONE.test(made) ? writeUuid(Uint8Array.from({ length: 16 }, () => Math.random() * 256)) : made;
  }

  function writeUuid(bytes) {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** The id an earlier Aimtell installation gave this browser: taking it over lets imported subscribers match. */
  function inheritedId() {
    const found = /_aimtellSubscriberID=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/i.exec(ours(document, 'cookie'));
    return found && !STANDS_FOR_NONE.test(found[1]) && found[1].toLowerCase();
  }

  function subscriber() {
    if (!read('subscriber') || STANDS_FOR_NONE.test(read('subscriber'))) write('subscriber', inheritedId() || uuid());
    return read('subscriber');
  }

  /**
   * What stands where an id is missing: taken for one, it would make one person of strangers. The server looks closer
   * (subscribers/customer_ids.py); this is told where the developer sees it, and not sent at all.
   */
  const NOTHING = ['undefined', 'null', 'nan', 'none', 'nil'];
  const NOBODY = new Set([...NOTHING, 'infinity', 'true', 'false', 'n a', 'not set', 'unknown', 'anonymous', 'anonymoususer', 'guest',
    'visitor', 'not authenticated', 'not logged in', 'object object', 'object', 'function', 'id', 'userid', 'user id', 'customer id',
    'distinct id', 'distinctid', 'external id', 'email', 'user', 'username', 'uuid', 'default']);
  const OWNERS = ['user', 'customer', 'client', 'member', 'visitor', 'contact', 'account', 'uid', 'id', 'u'];
  const UNFILLED = /\{\{|\}\}|\{%|%\}|<[%?]|[%?]>|[$#]\{|\*\||\|\*|\[\[|\]\]|@@|%%|^%[\w.-]+%$|^__\w+__$|^[{<[][\w.$ -]+[\]>}]$|^:\w*id$/i;
  const MACHINE_MADE = /\[object |=>|^function\b|^\d([.,]\d+)?e\+\d+$|^[+-]?0+([.,]0+)?$|^-1$|^[0-]{32,36}$/i;

  function meansNobody(id) {
    const words = id.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    if (!words.length) return !/[^\p{P}\p{Z}\p{C}\x21-\x7e]/u.test(id); // blanks and dashes; not a bell
    const missing = words.some((word) => NOTHING.includes(word)) && words.every((word) => NOTHING.includes(word) || OWNERS.includes(word));
    return missing || NOBODY.has(words.join(' ')) || /^(undefined|null|nan){2,}$/i.test(id) || UNFILLED.test(id) || MACHINE_MADE.test(id);
  }

  function identify(externalId, signature) {
    const whole = typeof externalId === 'bigint' || Number.isSafeInteger(externalId);
    if (typeof externalId !== 'string' && !whole) {
      return fail(`identify takes your customer's id as text or a whole number, not ${kindOf(externalId)}: ['identify', 'u-42']`);
    }
    const id = String(externalId).trim();
    if (meansNobody(id)) {
      return fail(`identify was given "${id}", which is nobody's id: call it when your customer has logged in, ['identify', 'u-42']`);
    }
    return record('identify', { external_id: id, ...(signature ? { signature: String(signature) } : {}) });
  }

  function kindOf(value) {
    if (typeof value === 'number') return String(value);
    return value === null || value === undefined ? String(value) : `a value of type ${Array.isArray(value) ? 'list' : typeof value}`;
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
  let pages = 0;
  let latest = 0;
  let room = { operations: 0, characters: 0 }; // what waits, as far as this tab knows

  /** A place in the queue, and the instant that it is for; clocks that are set back change no order. */
  function takeTurn() {
    latest = Math.max(latest, Date.now());
    const order = latest.toString(36).padStart(9, '0') + (made++).toString(36).padStart(4, '0');
    return { order, at: new Date().toISOString() };
  }

  function record(type, fields, turn) {
    if (read('consent') === false) return log('ignored, consent is refused:', type, fields);
    if (type === 'event' || type === 'page') touchSession();
    const { order, at } = turn || takeTurn();
    const operation = { id: uuid(), type, ...fields, at };
    const text = json(operation);
    if (text.length > LONGEST_OPERATION) {
      return fail(`this ${type} is not sent, since it has more than ${LONGEST_OPERATION} characters`, { operation: operation.id });
    }
    room.operations += 1;
    room.characters += keep(`operation.${order}.${type}.${operation.id}`, `{"subscriber":${json(subscriber())},"operation":${text}}`);
    if (room.operations > QUEUE.operations || room.characters > QUEUE.characters) makeRoom();
    if (type === 'page') pages += 1;
    log(type, operation);
    emit('operation', operation);
    return scheduleFlush();
  }

  /** Without a network operations pile up. What is too old goes, then page views, other events, the rest; oldest first. */
  function makeRoom() {
    const waiting = names('operation.').map((name) => ({ name, size: placeOf(name).length + (find(placeOf(name)) || '').length }));
    const oldest = (Date.now() - QUEUE.days * DAY).toString(36).padStart(9, '0');
    const rank = ({ name }) => [name.split('.')[1] < oldest, name.includes('.page.'), name.includes('.event.'), true].indexOf(true);
    room = { operations: waiting.length, characters: waiting.reduce((sum, { size }) => sum + size, 0) };
    const full = room.operations > QUEUE.operations || room.characters > QUEUE.characters;
    const fits = () => !full || (room.operations <= QUEUE.operations * 0.9 && room.characters <= QUEUE.characters * 0.9);
    const dropped = [];
    for (const entry of waiting.sort((a, b) => rank(a) - rank(b))) {
      if (rank(entry) > 0 && fits()) break;
      erase(entry.name);
      room.operations -= 1;
      room.characters -= entry.size;
      dropped.push(entry.name);
    }
    if (dropped.length) fail(`${dropped.length} operations that could not be sent were dropped: at most ${QUEUE.operations} wait, for ${QUEUE.days} days`, { dropped: dropped.length });
  }

  /** Without the values that JSON has no word for (sent as null, an attribute would be removed) or cannot write. */
  function sendable(values, where) {
    return Object.fromEntries(Object.entries(values).filter(([key, value]) => {
      if (value === undefined && where === 'property') return false;
      const why = whyNot(value);
      if (why) fail(`the ${where} "${key}" is not sent: ${why}`);
      return !why;
    }));
  }

  function whyNot(value) {
    const isNumber = typeof value === 'number' || value instanceof Date;
    if (['undefined', 'function', 'symbol'].includes(typeof value) || (isNumber && !Number.isFinite(+value))) return `${kindOf(value)} is no value`;
    try { json(value); } catch (error) { return error.message; }
    return '';
  }

  function addEvent(event, properties) {
    const { event: name, ...own } = typeof event === 'object' && event ? event : { event, ...properties };
    if (typeof name !== 'string' || !name) return fail("addEvent needs a name: ['addEvent', {event: 'add_to_cart'}]");
    return record('event', { name, properties: sendable(own, 'property') });
  }

  function addAttributes(attributes) {
    if (typeof attributes !== 'object' || !attributes || Array.isArray(attributes)) return fail("addAttributes needs an object: {loyalty_tier: 'gold'}");
    const set = sendable(attributes, 'attribute');
    return Object.keys(set).length ? record('attributes', { set, unset: [] }) : undefined;
  }

  function addAttribute(key, value) {
    if (!isKey(key) || value === undefined) return fail("addAttribute needs a key and a value: ['addAttribute', 'tier', 'gold']");
    return addAttributes({ [key]: value });
  }

  const isKey = (key) => (typeof key === 'string' && key !== '') || typeof key === 'number';

  function removeAttribute(...keys) {
    if (!keys.length || !keys.every(isKey)) return fail("removeAttribute needs the attribute's key: ['removeAttribute', 'tier']");
    return record('attributes', { set: {}, unset: keys.map(String) });
  }

  /** Where the visitor is, as they let the page know: two numbers, {latitude, longitude}, or what geolocation gives. */
  function setLocation(place, second) {
    if (place === null) return removeAttribute('latitude', 'longitude');
    const { latitude, longitude } = typeof place === 'object' ? place.coords || place : { latitude: place, longitude: second };
    const within = (degrees, most) => typeof degrees === 'number' && Math.abs(degrees) <= most;
    if (!within(latitude, 90) || !within(longitude, 180)) {
      return fail("setLocation needs a latitude from -90 to 90 and a longitude from -180 to 180, as numbers: ['setLocation', 48.4, 9.99]");
    }
    return addAttributes({ latitude, longitude });
  }

  // ---- Page views -------------------------------------------------------------------------------------------------
  let before = null; // the address of the page view before: where the visitor of the next one comes from
  let pending = null; // the page view that waits for its title; until then nothing is sent
  let titleTimer = null;
  let knownTitle = '';
  const titleNow = () => (typeof document.title === 'string' ? document.title : '');

  function page({ url = location.href, title, referrer } = {}) {
    settlePage();
    record('page', { url, title: title ?? titleNow(), referrer: referrer ?? before ?? document.referrer });
    before = url;
  }

  /** The visitor is on a new page from now on. `title` is its own already, or null while it may be the last page's. */
  function enterPage(title) {
    settlePage();
    if (read('consent') !== false) touchSession();
    pending = { turn: takeTurn(), url: location.href, title, referrer: before ?? document.referrer };
    before = location.href;
    titleTimer = setTimeout(settlePage, TITLE_DELAY, true);
    if (document.head) titles.observe(document.head, { childList: true, characterData: true, subtree: true });
  }

  // What is changed in the same task as the address is told here after it, and so belongs to the new page.
  const titles = new MutationObserver(() => {
    if (!pending || titleNow() === knownTitle) return;
    knownTitle = pending.title = titleNow();
    clearTimeout(titleTimer);
    titleTimer = setTimeout(settlePage, 50, true); // some set it twice
  });

  function settlePage(waited) {
    if (!pending) return;
    const { turn, url, title, referrer } = pending;
    pending = null;
    clearTimeout(titleTimer);
    titles.disconnect();
    if (waited === true) knownTitle = titleNow();
    record('page', { url, title: title ?? (waited === true ? knownTitle : ''), referrer }, turn);
    scheduleFlush();
  }

  const queryless = (address) => address.replace(/\?[^#]*/, '');
  /** The address without its #anchor, unless the anchor is a route. */
  const shownPage = () => (/^#[!/]/.test(location.hash) ? location.href : location.href.split('#')[0]);

  /** An entry of the history that is replaced is a new page if its path differs: queries are tidied up in this way. */
  function watchPages() {
    let shown = shownPage();
    knownTitle = titleNow();
    enterPage(knownTitle || null);
    const moved = (replaced) => {
      const [last, now] = [shown, shownPage()];
      shown = now;
      if (replaced === true ? queryless(now) !== queryless(last) : now !== last) enterPage(titleNow() === knownTitle ? null : titleNow());
      else if (now !== last) before = location.href;
    };
    for (const name of ['pushState', 'replaceState']) {
      const change = history[name];
      try {
        history[name] = function (...args) {
          const result = change.apply(this, args);
          moved(name === 'replaceState');
          return result;
        };
      } catch { /* frozen: the events below tell as much */ }
    }
    window.addEventListener('popstate', moved);
    const { navigation } = window; // where applications change addresses without `history`
    if (navigation && navigation.addEventListener) {
      navigation.addEventListener('currententrychange', ({ navigationType }) => moved(navigationType === 'replace'));
    }
    window.addEventListener('pageshow', (event) => event.persisted && enterPage(titleNow()));
  }

  // ---- Sending ----------------------------------------------------------------------------------------------------
  let flushTimer = null;
  let sending = false;
  let failures = 0;
  let notBefore = 0; // the server has asked to be left alone until then
  const beaconed = new Set();
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  const maySend = () => options.siteKey && allowed();
  const retryDelay = () => Math.max(Math.min(2 ** failures * 500, LONGEST_RETRY_DELAY) * (0.75 + Math.random() / 2), notBefore - Date.now());

  /** Retry-After is seconds or a date (RFC 9110). Not all come back in the same instant. */
  function heed(response) {
    const text = response?.headers?.get('Retry-After');
    const wait = /^\d+$/.test(text) ? text * 1000 : Date.parse(text) - Date.now();
    if (wait > 0) notBefore = Date.now() + Math.min(wait, LONGEST_RETRY_AFTER) * (1 + Math.random() / 4);
  }

  function scheduleFlush(delay = FLUSH_DELAY) {
    clearTimeout(flushTimer);
    flushTimer = setTimeout(flush, delay);
  }

  function nextBatch(skipped = new Set()) {
    const batch = [];
    let bytes = 0;
    for (const name of names('operation.')) {
      if (skipped.has(name)) continue;
      const entry = read(name);
      if (!entry?.operation) { erase(name); continue; } // nobody could read it later either
      const text = json(entry.operation);
      bytes += new Blob([text]).size;
      const full = batch.length === BATCH.operations || bytes > BATCH.bytes;
      if (batch.length && (full || entry.subscriber !== batch[0].subscriber)) break;
      batch.push({ name, text, subscriber: entry.subscriber });
    }
    return batch;
  }

  /** `sent_at` shows the server how far this device's clock is off. */
  function bodyOf(batch) {
    const context = { timezone, language: navigator.language, url: location.href };
    const whole = { site_key: options.siteKey, subscriber: batch[0].subscriber, context, sent_at: new Date().toISOString() };
    return `${json(whole).slice(0, -1)},"operations":[${batch.map((entry) => entry.text).join(',')}]}`;
  }

  /** Sends all that waits; one tab at a time, since they share the queue. */
  async function flush() {
    if (sending || pending || !maySend() || !names('operation.').length) return;
    if (Date.now() < notBefore) return scheduleFlush(notBefore - Date.now());
    sending = true;
    try { // where locks are forbidden, storage is too, so there is nothing to share
      await (navigator.locks ? navigator.locks.request(placeOf('lock'), sendWaiting).catch(sendWaiting) : sendWaiting());
    } finally { sending = false; }
    if (names('operation.').length) scheduleFlush(failures ? retryDelay() : FLUSH_DELAY);
  }

  async function sendWaiting() {
    makeRoom();
    for (let batch = nextBatch(); batch.length && maySend(); batch = nextBatch()) {
      failures = (await deliver(bodyOf(batch))) ? 0 : failures + 1;
      if (failures) return;
      batch.forEach((entry) => erase(entry.name));
    }
    room = { operations: 0, characters: 0 };
  }

  async function post(body) {
    try {
      return await fetch(urlOf('/v1/track'), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        credentials: 'omit',
        keepalive: new Blob([body]).size < 60000,
        signal: AbortSignal.timeout ? AbortSignal.timeout(REQUEST_TIMEOUT) : undefined,
        body,
      });
    } catch { return null; }
  }

  /** True when the server has decided, for good or ill; false when the same operations should be sent again. */
  async function deliver(body) {
    const response = await post(body);
    if (!response || !response.status || response.status >= 500 || [408, 425, 429].includes(response.status)) {
      heed(response);
      return false;
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && !answer) return false; // not our server's answer, but that of something in between
    const { rejected = [], warnings = [] } = answer || {};
    if (!response.ok) fail(`operations refused with status ${response.status} and dropped: ${json(answer)}`, { status: response.status });
    for (const { id, error } of rejected) fail(`operation ${id} was rejected: ${json(error)}`, { operation: id });
    for (const { id, warning } of warnings) {
      log('warning:', warning, id);
      emit('warning', { message: warning, operation: id });
    }
    return true;
  }

  /** A beacon tells nobody whether it arrived, so what it carried stays in the queue and is sent again by its ids. */
  function sendBeforeLeaving() {
    settlePage();
    if (!maySend() || !navigator.sendBeacon) return;
    for (let batch = nextBatch(beaconed); batch.length; batch = nextBatch(beaconed)) {
      if (!navigator.sendBeacon(urlOf('/v1/track'), bodyOf(batch))) return;
      batch.forEach((entry) => beaconed.add(entry.name));
    }
  }

  // ---- Push: the question must be asked in the click; the rest is carillon-push.js's -------------------------------
  const pushSupported = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  const device = () => loadPart('carillon-push.js').then(() => inside.device);
  let wanted = false; // the visitor has allowed notifications, and consent is still missing

  /** Call it from a click. Resolves to the word that `carillon:subscription` tells, see docs/sdk.md. */
  async function subscribe() {
    if (!pushSupported()) return announce('unsupported');
    const asked = Notification.permission === 'default';
    const clicked = Boolean(navigator.userActivation && navigator.userActivation.isActive);
    let permission;
    try { permission = await askPermission(); } catch (error) { return failToSubscribe(error); }
    if (permission !== 'granted') return announce(permission);
    // Who rings the bell although their browser objects in general has decided for this site.
    if ((asked || clicked) && objects() && !options.requireConsent && read('consent') === null) await consent(true);
    erase('optedOut');
    wanted = !allowed();
    if (wanted) return announce('no_consent');
    try {
      await (await device()).register(true);
    } catch (error) { return failToSubscribe(error); }
    return announce('subscribed');
  }

  /** Older versions of Safari answer a callback instead of returning a promise. */
  const askPermission = () => new Promise((resolve, reject) => {
    const answer = Notification.requestPermission(resolve);
    if (answer) answer.then(resolve, reject);
  });

  function failToSubscribe(error) {
    fail(`notifications could not be turned on: ${error.message}`);
    return announce('failed');
  }

  async function unsubscribe(reason = '') {
    const known = read('push');
    wanted = false;
    write('optedOut', true);
    record('unsubscribe', { reason: String(reason) });
    erase('push');
    if (pushSupported()) await (await device()).cancel(known);
    return announce('unsubscribed');
  }

  function announce(state) {
    emit('subscription', state);
    return state;
  }

  /** On every page: browsers lose and change subscriptions silently, and visitors revoke permissions in settings. */
  async function keepSubscription() {
    if (!read('push') || !pushSupported() || !allowed()) return;
    if (Notification.permission === 'granted') await (await device()).register(false);
    else await unsubscribe('permission_revoked');
  }

  /** Consent given again: the device that the browser still has is this subscriber's. */
  async function recoverDevice() {
    if (!pushSupported() || Notification.permission !== 'granted' || read('optedOut')) return;
    const part = await device();
    if (!wanted && !(await part.isKept())) return;
    wanted = false;
    await part.register(true);
    announce('subscribed');
  }

  // ---- Commands ---------------------------------------------------------------------------------------------------
  const commands = {
    init, consent, identify, reset, addAttribute, addAttributes, removeAttribute, setLocation, addEvent, page, subscribe, unsubscribe,
    prompt: subscribe,
    optout: () => unsubscribe('optout'),
    debug: (on = true) => { options.debug = Boolean(on); },
    ready: (callback) => callback(api),
  };

  /** What was queued before loading is replayed in this order, so that events find the person already known. */
  const RANKS = {
    __proto__: null, ready: 5,
    init: 0, debug: 0, consent: 1, identify: 2, reset: 2, addAttribute: 3, addAttributes: 3, removeAttribute: 3, setLocation: 3,
  };
  const rank = (command) => RANKS[typeof command === 'function' ? 'ready' : command && command[0]] ?? 4;

  function dispatch(command) {
    const failed = (error) => fail(`a command failed: ${error && error.message}`);
    let result;
    try {
      const [name, ...args] = typeof command === 'function' ? ['ready', command] : [...command];
      if (has(commands, name)) result = commands[name](...args);
      else fail(`unknown command "${String(name)}", not one of ${Object.keys(commands)}`);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
    if (command && command.resolve) command.resolve(result); // it was called as a method before this script was there
    return result;
  }

  const replay = (queued) => [...queued].sort((a, b) => rank(a) - rank(b)).forEach(dispatch);
  const push = (...queued) => replay(queued);

  const api = {
    loaded: true,
    push,
    get siteKey() { return options.siteKey; },
    get subscriber() { return subscriber(); },
    get consented() { return allowed(); },
    get subscribed() { return Boolean(read('push')); },
    get optedOut() { return Boolean(read('optedOut')); },
  };
  for (const name of Object.keys(commands)) api[name] = (...args) => dispatch([name, ...args]);

  /** What the other two parts of the SDK need; pages have no business with it. */
  const inside = {
    options, urlOf, read, write, erase, record, replay, subscriber, allowed, announce, fail, json, trusted, changeWorkerStore, forgetWorker,
    get pages() { return pages; },
  };
  Object.defineProperty(api, 'inside', { value: inside });

  // ---- Start ------------------------------------------------------------------------------------------------------
  function start() {
    const queue = Array.isArray(window.carillon) ? window.carillon : [];
    const waiting = queue.splice(0);
    queue.push = push; // for pages that kept the array
    window.carillon = api;
    adoptUnnamed();
    replay(waiting.filter((command) => rank(command) < 4));
    if (!options.siteKey) fail('no site key: add data-site-key="…" to the script tag');
    makeRoom();
    if (options.autoPage) watchPages();
    else if (read('consent') !== false) touchSession();
    replay(waiting.filter((command) => rank(command) >= 4));
    dispatch(() => keepSubscription());
    scheduleFlush();
    window.addEventListener('online', () => scheduleFlush());
    window.addEventListener('pagehide', sendBeforeLeaving);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && sendBeforeLeaving());
    document.addEventListener('click', (event) => {
      if (options.prompt && event.target.closest?.(options.prompt)) dispatch(['subscribe']);
    });
    loadAimtell();
    window.addEventListener('load', loadAimtell);
  }

  const present = window.carillon;
  if (present && (present.loaded || present.awaited)) {
    const first = present.siteKey || present.awaited;
    if (options.siteKey && options.siteKey !== first) {
      fail(`this page reports to the site ${first} already, so this second copy, for ${options.siteKey}, does nothing: a page has one site`);
    }
  } else if (document.prerendering) {
    // Nobody may ever see this page. Until somebody does, commands wait in the queue.
    window.carillon = Array.isArray(present) ? present : [];
    window.carillon.awaited = options.siteKey || 'unnamed';
    document.addEventListener('prerenderingchange', start, { once: true });
  } else start();
})();
