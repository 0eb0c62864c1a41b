/**
 * Carillon's service worker: shows pushes, opens their links, and reports what became of them. A site that has a
 * worker of its own adds `importScripts('https://HOST/sdk/carillon-worker.js')` to it; if that worker handles other
 * pushes too, it sets `self.carillonShared = true` first, and pushes that are not Carillon's are left to it.
 *
 * When a worker takes over from its predecessor and from when it answers for pages is the host's business: there is
 * no skipWaiting and no clients.claim here.
 */
(() => {
  'use strict';
  const STORE_TIMEOUT = 2000; // milliseconds

  // The next push may be long in coming. Sending does not hold up the host, making the stores takes no time.
  self.addEventListener('activate', (event) => {
    event.waitUntil(database().then((opened) => opened.close(), () => { /* forbidden */ }));
    sendOutbox();
  });

  // ---- Showing ----------------------------------------------------------------------------------------------------

  self.addEventListener('push', (event) => {
    const payload = payloadOf(event.data);
    if (!payload.carillon && self.carillonShared) return;
    event.waitUntil(showPush(payload));
  });

  function payloadOf(data) {
    try {
      const payload = data.json();
      return payload && typeof payload === 'object' ? payload : { body: String(payload) };
    } catch {
      return { body: data ? data.text() : '' };
    }
  }

  /** A browser withdraws the permission of a site that is pushed to and shows nothing: so anything is shown. */
  async function showPush(payload) {
    const shown = payload.carillon ? payload : foreign(payload);
    const alerts = await isNews(shown);
    await self.registration.showNotification(shown.title || self.location.host, {
      body: shown.body || '',
      icon: shown.icon || undefined,
      image: shown.image || undefined,
      tag: shown.tag || undefined,
      renotify: alerts,
      actions: (shown.actions || []).map(({ action, title, icon }) => ({ action, title, icon })),
      data: {
        carillon: true,
        token: shown.token,
        feedback_url: shown.feedback_url,
        link: shown.link,
        links: Object.fromEntries((shown.actions || []).map(({ action, link }) => [action, link])),
      },
    });
    await Promise.all([giveFeedback(shown, 'displayed'), sendOutbox()]);
  }

  /**
   * Whether a message that takes the place of another with its tag alerts once more. The same message, pushed twice,
   * does not. Without a tag nothing is replaced, and browsers refuse to be told so.
   */
  async function isNews({ tag, token }) {
    if (!tag) return false;
    const replaced = await self.registration.getNotifications({ tag });
    return !replaced.some(({ data }) => token && data && data.token === token);
  }

  /** The readable part of another sender's payload: the usual keys, or Aimtell's `content`. */
  function foreign(payload) {
    const content = payload.content || payload.notification || payload;
    const link = content.link || (content.data && content.data.link) || content.url;
    const text = (value) => (typeof value === 'string' ? value : '');
    return { title: text(content.title), body: text(content.body || content.message), link: text(link) };
  }

  // ---- Clicks -----------------------------------------------------------------------------------------------------

  const clicked = new Set(); // tokens: Firefox calls it a close, too, when a click closes a notification

  /** What we know of a notification, or null if the site has shown it itself. Those of older versions have no mark. */
  function ownData({ data }) {
    return data && (data.carillon || (data.token && data.feedback_url)) ? data : null;
  }

  self.addEventListener('notificationclick', (event) => {
    const { notification, action } = event;
    const data = ownData(notification);
    if (!data) return;
    clicked.add(data.token);
    notification.close();
    const link = (data.links && data.links[action]) || data.link;
    event.waitUntil(Promise.all([open(link), giveFeedback(data, 'clicked', action)]));
  });

  self.addEventListener('notificationclose', (event) => {
    const data = ownData(event.notification);
    if (data && !clicked.delete(data.token)) event.waitUntil(giveFeedback(data, 'dismissed'));
  });

  /** Where a link leads; one that leads nowhere on the web leads to the site. */
  function addressOf(link) {
    const site = self.registration.scope;
    try {
      const address = new URL(link || '', site);
      // Chromium takes a blank in a host for %20, and then opens nothing.
      const isWeb = /^https?:$/.test(address.protocol) && !address.hostname.includes('%');
      return isWeb ? address.href : site;
    } catch {
      return site;
    }
  }

  /**
   * Brings a tab of the site forward, best of all one that shows the page; without any, opens a window. Only the tabs
   * that this worker controls can be led to another page: those opened since it came, and within its scope.
   */
  async function open(link) {
    const address = addressOf(link);
    const controlled = await topWindows(address, false);
    const tabs = await topWindows(address, true);
    const showing = (part) => tabs.find(({ url }) => part(url) === part(address));
    const tab = showing((url) => url) || showing(withoutAnchor) || controlled[0];
    if (!tab) return self.clients.openWindow(address);
    try {
      await tab.focus(); // first, since a click lets us do so for a moment only
      const leads = tab.url !== address && controlled.some(({ id }) => id === tab.id);
      return leads ? await tab.navigate(address) : tab;
    } catch { // closed in the meantime
      return self.clients.openWindow(address);
    }
  }

  const withoutAnchor = (url) => url.split('#')[0];

  /** Tabs and windows of the address's origin, the one that was used last first. */
  async function topWindows(address, includeUncontrolled) {
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled });
    return windows.filter(({ frameType, url }) => frameType !== 'nested' && new URL(url).origin === new URL(address).origin);
  }

  // ---- Feedback ---------------------------------------------------------------------------------------------------

  async function giveFeedback({ token, feedback_url: url }, kind, action = '') {
    if (!token || !url || (await ownSettings()).some((settings) => settings.refused)) return undefined;
    return post(url, { token, kind, action: action || '', at: new Date().toISOString() });
  }

  async function post(url, body) {
    if (!(await arrives(url, body))) await store('outbox', (outbox) => outbox.add({ url, body })).catch(() => { /* forbidden */ });
  }

  /** False when it should be tried again; a refusal (4xx) will not change by asking twice. */
  async function arrives(url, body) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        credentials: 'omit',
        body: JSON.stringify({ ...body, sent_at: new Date().toISOString() }), // how far this clock is off
      });
      return response.status < 500 && response.status !== 429;
    } catch {
      return false;
    }
  }

  async function sendOutbox() {
    const keys = await store('outbox', (outbox) => outbox.getAllKeys()).catch(() => []);
    for (const key of keys) {
      const entry = await store('outbox', (outbox) => outbox.get(key));
      if (entry && !(await arrives(entry.url, entry.body))) return;
      await store('outbox', (outbox) => outbox.delete(key));
    }
  }

  // ---- Renewing the subscription ------------------------------------------------------------------------------------

  self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renewSubscription(event)));

  async function renewSubscription({ oldSubscription, newSubscription }) {
    const [settings] = (await ownSettings()).filter((known) => !known.refused);
    if (!settings) return;
    const renewed = newSubscription || await self.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: oldSubscription ? oldSubscription.options.applicationServerKey : await publicKey(settings),
    });
    const { endpoint, keys } = renewed.toJSON();
    await post(`${settings.host}/v1/track`, {
      site_key: settings.siteKey,
      subscriber: settings.subscriber,
      context: { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, language: self.navigator.language },
      operations: [{
        id: crypto.randomUUID(),
        type: 'subscribe',
        subscription: { endpoint, keys },
        at: new Date().toISOString(),
      }],
    });
  }

  /** What the page has left for this worker, by site; older versions knew one site, and named no scope. */
  async function ownSettings() {
    const known = await store('settings', (stored) => stored.getAll()).catch(() => []); // IndexedDB may be forbidden
    return known.filter(({ scope }) => !scope || scope === self.registration.scope);
  }

  async function publicKey({ host, siteKey }) {
    const response = await fetch(`${host}/v1/config?site_key=${encodeURIComponent(siteKey)}`, { credentials: 'omit' });
    return (await response.json()).vapid_public_key; // base64url, which subscribe() takes as it is
  }

  // ---- IndexedDB: `settings` is written by the page, `outbox` holds what could not be sent ----------------------------

  function database() {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open('carillon', 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('settings');
        opening.result.createObjectStore('outbox', { autoIncrement: true });
      };
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
  }

  /** Rejects where IndexedDB is forbidden, and where it forgets to answer, as in some versions of Safari. */
  function store(name, ask) {
    return Promise.race([askStore(name, ask), new Promise((_, reject) => setTimeout(reject, STORE_TIMEOUT, new Error('no answer')))]);
  }

  async function askStore(name, ask) {
    const opened = await database();
    return new Promise((resolve, reject) => {
      const transaction = opened.transaction(name, 'readwrite');
      const request = ask(transaction.objectStore(name));
      transaction.oncomplete = () => {
        opened.close();
        resolve(request.result);
      };
      transaction.onabort = () => reject(transaction.error);
    });
  }
})();
