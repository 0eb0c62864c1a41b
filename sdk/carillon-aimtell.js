/**
 * Lets a page written for Aimtell run unchanged: brings `_at` and the `_aimtell…` globals to life and turns what they
 * are told into Carillon commands. carillon.js loads it when it finds any of those names on the page.
 */
(() => {
  'use strict';
  const carillon = window.carillon;
  const COOKIE = '_aimtellSubscriberID';
  const warn = (message) => console.warn(`Carillon (Aimtell): ${message}`);
  const isObject = (value) => typeof value === 'object' && value !== null;

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
    const [name, ...args] = Array.from(command);
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

  /** 'name==value', {name: value} or a plain id. The first pair identifies; further pairs are kept as attributes. */
  function alias(given) {
    if (!isObject(given)) return [['identify', String(given ?? '').split('==').pop().trim()]];
    const [[, id] = [], ...others] = Object.entries(given);
    const kept = others.length ? [['addAttributes', Object.fromEntries(others)]] : [];
    return [['identify', id], ...kept];
  }

  function run(commands) {
    try {
      carillon.push(...Array.from(commands).flatMap(translate));
    } catch (error) {
      warn(`a command failed: ${error.message}`);
    }
  }

  // ---- `_at`, in whichever shape the page left it --------------------------------------------------------------------

  function queued(at) {
    const preset = isObject(at.attributes) && Object.keys(at.attributes).length ? [['attribute', { ...at.attributes }]] : [];
    const pushed = Array.isArray(at) ? at.splice(0) : [];
    const tracked = (at.track && at.track.q) || [];
    const callbacks = Array.isArray(at.cmd) ? at.cmd.splice(0) : [];
    return [...preset, ...pushed, ...tracked, ...callbacks];
  }

  /** The object stays the same one, so that references the page holds come alive too. */
  function enliven(at) {
    const waiting = queued(at);
    at.push = (...commands) => run(commands);
    at.track = (...command) => run([command]);
    at.cmd = { push: (...callbacks) => run(callbacks) };
    at.attributes = new Proxy({ ...at.attributes }, {
      set(attributes, key, value) {
        attributes[key] = value;
        run([['addAttribute', key, value]]);
        return true;
      },
    });
    Object.defineProperty(at, 'subscriber', { get: () => carillon.subscriber, configurable: true });
    run(waiting);
  }

  // ---- The `_aimtell…` globals -----------------------------------------------------------------------------------------

  const CART_EVENTS = { 'add-to-cart': 'add_to_cart', 'order-complete': 'purchase' };

  function trackCart(step, minutes) {
    if (!Object.hasOwn(CART_EVENTS, step)) return warn(`unknown cart step "${step}", use add-to-cart or order-complete`);
    const properties = minutes === undefined ? {} : { abandoned_after_minutes: Number(minutes) };
    carillon.push(['addEvent', CART_EVENTS[step], properties]);
  }

  function setCookie(name, value, days) {
    const lifetime = days ? `; max-age=${Math.round(days * 86400)}` : '';
    document.cookie = `${name}=${encodeURIComponent(value)}${lifetime}; path=/; SameSite=Lax`;
  }

  function getCookie(name) {
    const found = document.cookie.split('; ').find((cookie) => cookie.startsWith(`${name}=`));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
  }

  /** Carts kept on a shop's server read the subscriber from this cookie. */
  function mirrorSubscriber() {
    if (carillon.consented) setCookie(COOKIE, carillon.subscriber, 365);
    else document.cookie = `${COOKIE}=; max-age=0; path=/`;
  }

  function callReady() {
    for (const name of ['_aimtellReady', '_aimtellShopifyReady']) {
      if (typeof window[name] !== 'function' || callReady[name]) continue;
      callReady[name] = true;
      run([() => window[name]()]);
    }
  }

  /** Visitors who allowed the former provider's notifications are not asked again: their browser is re-registered. */
  function adoptPermission() {
    const granted = 'Notification' in window && Notification.permission === 'granted';
    if (granted && carillon.consented && !carillon.subscribed && !carillon.optedOut) carillon.push(['subscribe']);
  }

  Object.assign(window, {
    _aimtellTrackEvent: (...args) => carillon.push(['addEvent', eventOf(...args)]),
    _aimtellAbandonedCart: trackCart,
    _aimtellCheckPermissions: () => ('Notification' in window ? Notification.permission : 'unsupported'),
    _aimtellGetCookie: getCookie,
    _aimtellSetCookie: setCookie,
  });
  Object.defineProperty(window, COOKIE, { get: () => carillon.subscriber, set: () => {}, configurable: true });
  window.addEventListener('carillon:subscriber', mirrorSubscriber);
  mirrorSubscriber();
  if (!isObject(window._at)) window._at = [];
  enliven(window._at);
  callReady();
  if (document.readyState !== 'complete') window.addEventListener('load', callReady);
  adoptPermission();
})();
