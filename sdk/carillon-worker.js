/**
 * Carillon's service worker: shows pushes, opens their links, and reports what became of them. A site that has a
 * worker of its own adds `importScripts('https://HOST/sdk/carillon-worker.js')` to it; if that worker handles other
 * pushes too, it sets `self.carillonShared = true` first, and pushes that are not Carillon's are left to it.
 */
(() => {
  'use strict';

  self.addEventListener('install', () => self.skipWaiting());
  self.addEventListener('activate', (event) => event.waitUntil(Promise.all([self.clients.claim(), sendOutbox()])));

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

  self.addEventListener('notificationclick', (event) => {
    const { notification, action } = event;
    const data = notification.data || {};
    clicked.add(data.token);
    notification.close();
    const link = (data.links && data.links[action]) || data.link || self.registration.scope;
    event.waitUntil(Promise.all([open(link), giveFeedback(data, 'clicked', action)]));
  });

  self.addEventListener('notificationclose', (event) => {
    const data = event.notification.data || {};
    if (!clicked.delete(data.token)) event.waitUntil(giveFeedback(data, 'dismissed'));
  });

  async function open(link) {
    const address = addressOf(link);
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const shown = windows.find((client) => client.url === address);
    return shown ? shown.focus() : self.clients.openWindow(address);
  }

  /** Where a link leads; one that leads nowhere on the web leads to the site. */
  function addressOf(link) {
    const site = self.registration.scope;
    try {
      const address = new URL(link, site);
      // Chromium takes a blank in a host for %20, and then opens nothing.
      const isWeb = /^https?:$/.test(address.protocol) && !address.hostname.includes('%');
      return isWeb ? address.href : site;
    } catch {
      return site;
    }
  }

  // ---- Feedback ---------------------------------------------------------------------------------------------------

  function giveFeedback({ token, feedback_url: url }, kind, action = '') {
    if (!token || !url) return undefined;
    return post(url, { token, kind, action: action || '', at: new Date().toISOString() });
  }

  async function post(url, body) {
    if (!(await arrives(url, body))) await store('outbox', (outbox) => outbox.add({ url, body }));
  }

  /** False when it should be tried again; a refusal (4xx) will not change by asking twice. */
  async function arrives(url, body) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        credentials: 'omit',
        body: JSON.stringify(body),
      });
      return response.status < 500 && response.status !== 429;
    } catch {
      return false;
    }
  }

  async function sendOutbox() {
    const keys = await store('outbox', (outbox) => outbox.getAllKeys());
    for (const key of keys) {
      const entry = await store('outbox', (outbox) => outbox.get(key));
      if (entry && !(await arrives(entry.url, entry.body))) return;
      await store('outbox', (outbox) => outbox.delete(key));
    }
  }

  // ---- Renewing the subscription ------------------------------------------------------------------------------------

  self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renewSubscription(event)));

  async function renewSubscription({ oldSubscription, newSubscription }) {
    const settings = await store('settings', (stored) => stored.get('current'));
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

  async function store(name, ask) {
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
