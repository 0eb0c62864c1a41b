/**
 * Lets a page written for Aimtell run unchanged: brings `_at`, the `_aimtell…` globals and cookies to life and turns
 * what they are told into Carillon commands. carillon.js loads it when it finds any of those names on the page.
 */
(() => {
  'use strict';
  const carillon = window.carillon;
  const sdk = carillon.inside;
  const SUBSCRIBER = '_aimtellSubscriberID';
  const SUBSCRIBER_DAYS = 365;
  const isObject = (value) => typeof value === 'object' && value !== null;
  const endpoint = () => (sdk.read('push') || {}).subscription?.endpoint || '';
  const fail = (message) => sdk.fail(`Aimtell: ${message}`);

  // ---- One translation per Aimtell command: each returns Carillon commands -----------------------------------------

  const translations = {
    attribute: (attributes) => [['addAttributes', attributes]],
    addEvent: event,
    event,
    alias,
    optin: () => [['subscribe']],
  };

  function translate(command) {
    if (typeof command === 'function') return [command];
    const [name, ...args] = [...command];
    return Object.hasOwn(translations, name) ? translations[name](...args) : [[name, ...args]];
  }

  /** Either {event: name, …}, or name and properties, or Aimtell's (category, action, label, value, metadata). */
  function event(first, second, ...rest) {
    if (isObject(first) || isObject(second) || second === undefined) return [['addEvent', first, second]];
    return [['addEvent', eventOf(first, second, ...rest)]];
  }

  function eventOf(category, action, label, value, metadata) {
    const properties = { ...(isObject(metadata) ? metadata : { metadata }), category, label, value };
    const given = Object.entries(properties).filter(([, property]) => property !== undefined && property !== null);
    return { ...Object.fromEntries(given), event: String(action || category || '') };
  }

  /**
   * 'name==value', {name: value} or a plain id; then the signature of its value, which Aimtell did not have. The first
   * pair identifies; further pairs are kept as attributes.
   */
  function alias(given, signature) {
    if (typeof given === 'string') return [['identify', given.split('==').pop().trim(), signature]];
    if (!isObject(given) || Array.isArray(given)) return [['identify', given, signature]]; // which says what would be right
    const [[, id] = [], ...others] = Object.entries(given);
    const kept = others.length ? [['addAttributes', Object.fromEntries(others)]] : [];
    return [['identify', id, signature], ...kept];
  }

  function run(commands) {
    const translated = [];
    for (const command of commands) {
      try {
        translated.push(...translate(command));
      } catch (error) {
        fail(`a command failed: ${error.message}`);
      }
    }
    sdk.replay(translated);
  }

  // ---- `_at`, in whichever shape the page left it --------------------------------------------------------------------

  let live = null;

  function queued(at) {
    const preset = isObject(at.attributes) && Object.keys(at.attributes).length ? [['attribute', { ...at.attributes }]] : [];
    const pushed = Array.isArray(at) ? at.splice(0) : [];
    const tracked = (at.track && at.track.q) || [];
    const callbacks = Array.isArray(at.cmd) ? at.cmd.splice(0) : [];
    return [...preset, ...pushed, ...tracked, ...callbacks];
  }

  /** The object stays the same one, so that references the page holds come alive too. */
  function enliven() {
    if (!isObject(window._at)) window._at = [];
    const at = window._at;
    if (at === live) return;
    live = at;
    const waiting = queued(at);
    at.push = (...commands) => run(commands);
    at.track = (...command) => run([command]);
    at.cmd = { push: (...callbacks) => run(callbacks) };
    let attributes = watched({ ...at.attributes });
    Object.defineProperty(at, 'attributes', {
      get: () => attributes,
      set(given) {
        attributes = watched({ ...given });
        if (Object.keys(attributes).length) run([['attribute', { ...attributes }]]);
      },
      configurable: true,
      enumerable: true,
    });
    Object.defineProperty(at, 'subscriber', { get: () => carillon.subscriber, configurable: true });
    run(waiting);
  }

  const watched = (attributes) => new Proxy(attributes, {
    set(target, key, value) {
      target[key] = value;
      run([['addAttribute', key, value]]);
      return true;
    },
    deleteProperty(target, key) {
      if (key in target) run([['removeAttribute', key]]);
      return delete target[key];
    },
  });

  // ---- Cookies: servers and scripts written for Aimtell read them ------------------------------------------------------

  function setCookie(name, value, days) {
    const lifetime = days ? `; max-age=${Math.round(days * 86400)}` : '';
    document.cookie = `${name}=${encodeURIComponent(value)}${lifetime}; path=/; SameSite=Lax`;
  }

  function getCookie(name) {
    const found = document.cookie.split('; ').find((cookie) => cookie.startsWith(`${name}=`));
    if (!found) return '';
    const text = found.slice(name.length + 1);
    try { return decodeURIComponent(text); } catch { return text; } // written by somebody who does not encode
  }

  /** Aimtell may have set it for the domains above this one, too. */
  function dropCookie(name) {
    const labels = location.hostname.split('.');
    const domains = labels.map((_, at) => `; domain=${labels.slice(at).join('.')}`);
    for (const domain of ['', ...domains]) document.cookie = `${name}=; max-age=0; path=/${domain}`;
  }

  function writeCookies() {
    if (!carillon.consented) {
      const kept = document.cookie.split('; ').map((cookie) => cookie.split('=')[0]);
      kept.filter((name) => name.startsWith('_aimtell')).forEach(dropCookie);
      return;
    }
    const values = {
      [SUBSCRIBER]: carillon.subscriber,
      _aimtellSubscriptionURL: endpoint(),
      _aimtellPromptApproved: carillon.subscribed ? 'true' : '',
      _aimtellOwnerID: window._at.owner,
      _aimtellIdSite: window._at.idSite,
    };
    for (const [name, value] of Object.entries(values)) {
      if (value) setCookie(name, value, SUBSCRIBER_DAYS);
      else if (getCookie(name)) dropCookie(name);
    }
  }

  /** Counts as long as the browser is open, as the cookie of a session does. */
  function countPages(more) {
    if (more && carillon.consented) setCookie('_aimtellSessionPageViews', (Number(getCookie('_aimtellSessionPageViews')) || 0) + more);
  }

  // ---- The `_aimtell…` globals -----------------------------------------------------------------------------------------

  const CART_EVENTS = { 'add-to-cart': 'add_to_cart', 'order-complete': 'purchase' };

  function trackCart(step, minutes) {
    if (!Object.hasOwn(CART_EVENTS, step)) return fail(`unknown cart step "${step}", use add-to-cart or order-complete`);
    const properties = minutes === undefined ? {} : { abandoned_after_minutes: Number(minutes) };
    return carillon.push(['addEvent', CART_EVENTS[step], properties]);
  }

  /** What a page with a loader of its own calls to start: takes over an `_at` that was made anew, calls who waits. */
  function load() {
    enliven();
    callReady();
  }

  function callReady() {
    for (const name of ['_aimtellReady', '_aimtellShopifyReady']) {
      if (typeof window[name] !== 'function' || callReady[name]) continue;
      callReady[name] = true;
      run([() => window[name]()]);
    }
  }

  /** Tells a new subscription to the page's own function or address, with Aimtell's names. */
  function callWebhook(target = webhookOfPage()) {
    const told = { id_site: window._at.idSite || '', subscriber_uid: carillon.subscriber, webhook_source: 'aimtell.com' };
    if (typeof target === 'function') return run([() => target(told)]);
    let address;
    try {
      address = new URL(target, location.href);
    } catch {
      return fail(`_aimtellWebhook takes the address to post to, not "${target}"`);
    }
    for (const [name, value] of Object.entries(told)) address.searchParams.set(name, value);
    return fetch(address, { method: 'POST', mode: 'no-cors', keepalive: true }).catch(() => fail(`${address} could not be reached`));
  }

  /** Visitors who allowed the former provider's notifications are not asked again: their browser is re-registered. */
  function adoptPermission() {
    const granted = 'Notification' in window && Notification.permission === 'granted';
    if (granted && carillon.consented && !carillon.subscribed && !carillon.optedOut) carillon.push(['subscribe']);
  }

  let webhook = window._aimtellWebhook;
  const webhookOfPage = () => (window._aimtellWebhook === callWebhook ? webhook : window._aimtellWebhook);
  let subscribed = carillon.subscribed;
  window.addEventListener('carillon:subscription', ({ detail }) => {
    writeCookies();
    if (detail === 'subscribed' && !subscribed && webhookOfPage() && carillon.consented) callWebhook();
    subscribed = carillon.subscribed;
  });

  Object.assign(window, {
    _aimtellTrackEvent: (...args) => carillon.push(['addEvent', eventOf(...args)]),
    _aimtellAbandonedCart: trackCart,
    _aimtellCheckPermissions: () => ('Notification' in window ? Notification.permission : 'unsupported'),
    _aimtellGetCookie: getCookie,
    _aimtellSetCookie: setCookie,
    _aimtellAPI: window._aimtellAPI || sdk.urlOf(''),
    _aimtellLoad: typeof window._aimtellLoad === 'function' ? window._aimtellLoad : load,
  });
  const computed = {
    [SUBSCRIBER]: { get: () => carillon.subscriber, set: () => {} },
    _aimtellPushToken: { get: () => endpoint().split('/').pop(), set: () => {} },
    _aimtellWebhook: { get: () => callWebhook, set: (given) => { webhook = given; } },
  };
  for (const [name, property] of Object.entries(computed)) {
    const { configurable = true } = Object.getOwnPropertyDescriptor(window, name) || {};
    if (configurable) Object.defineProperty(window, name, { ...property, configurable: true });
  }
  enliven();
  window.addEventListener('carillon:subscriber', writeCookies);
  countPages(sdk.pages);
  window.addEventListener('carillon:operation', ({ detail }) => countPages(Number(detail.type === 'page')));
  writeCookies();
  callReady();
  if (document.readyState !== 'complete') window.addEventListener('load', load);
  adoptPermission();
})();
