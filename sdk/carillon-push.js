/**
 * The part of the SDK that deals with the browser's push machinery: service worker, subscription, VAPID key.
 * carillon.js loads it the first time a page needs it, and itself asks for the permission (which must happen in the
 * click) and tells the server.
 */
(() => {
  'use strict';

  /** The subscription of this browser, made or renewed as needed: {endpoint, keys}. */
  async function register({ siteKey, host, subscriber, worker, workerScope }) {
    const registering = navigator.serviceWorker.register(worker, workerScope ? { scope: workerScope } : {});
    const registration = await activated(await registering);
    const subscription = await subscriptionFor(registration.pushManager, await publicKey(host, siteKey));
    await equipWorker({ siteKey, host, subscriber });
    const { endpoint, keys } = subscription.toJSON();
    return { endpoint, keys };
  }

  async function cancel(workerScope) {
    const registration = await navigator.serviceWorker.getRegistration(workerScope);
    const subscription = registration && await registration.pushManager.getSubscription();
    if (subscription) await subscription.unsubscribe();
  }

  /** Subscribing before the worker is active is refused by some browsers. */
  function activated(registration) {
    const worker = registration.installing || registration.waiting;
    if (registration.active || !worker) return registration;
    return new Promise((resolve, reject) => worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve(registration);
      if (worker.state === 'redundant') reject(new Error('the service worker could not be installed'));
    }));
  }

  async function publicKey(host, siteKey) {
    const address = `${host}/v1/config?site_key=${encodeURIComponent(siteKey)}`;
    const response = await fetch(address, { credentials: 'omit' });
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    const base64 = (await response.json()).vapid_public_key.replace(/-/g, '+').replace(/_/g, '/');
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  }

  /** A subscription made with another key (a former provider's, a rotated one) cannot be used: it is replaced. */
  async function subscriptionFor(pushManager, key) {
    const existing = await pushManager.getSubscription();
    if (existing) {
      const made = existing.options && existing.options.applicationServerKey;
      if (made && String(new Uint8Array(made)) === String(key)) return existing;
      await existing.unsubscribe();
    }
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }

  /** Leaves in IndexedDB what the worker needs to renew a subscription while no page is open. */
  function equipWorker(settings) {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open('carillon', 1); // the worker makes the same stores
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('settings');
        opening.result.createObjectStore('outbox', { autoIncrement: true });
      };
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('settings', 'readwrite');
        transaction.objectStore('settings').put(settings, 'current');
        transaction.oncomplete = () => {
          opening.result.close();
          resolve();
        };
      };
    });
  }

  window.carillon.device = { register, cancel };
})();
