/**
 * The part of the SDK that deals with the browser's push machinery: service worker, subscription, VAPID key.
 * carillon.js loads it the first time a page needs it, and itself asks for the permission (which must happen in the
 * click). A site may have workers, registrations and subscriptions of its own: only Carillon's are touched.
 */
(() => {
  'use strict';

  const sdk = window.carillon.inside; // what carillon.js lends: its storage, its operations, its options
  const { options } = sdk;
  const bytesOf = (buffer) => (buffer ? String(new Uint8Array(buffer)) : '');
  const workerAddress = () => new URL(options.worker, location.href).href;
  const scope = () => new URL(options.workerScope || './', options.workerScope ? location.href : workerAddress()).href;

  /** Sees to it that this browser has a subscription and that the server knows it. `chosen`: the visitor asked for it. */
  async function register(chosen) {
    const registration = await activated(await registerWorker());
    const key = await publicKey();
    const made = await subscriptionFor(registration.pushManager, key, chosen);
    if (!made) return lose();
    const { endpoint, keys } = made.toJSON();
    const settings = { siteKey: options.siteKey, host: sdk.urlOf(''), subscriber: sdk.subscriber(), scope: registration.scope };
    await sdk.changeWorkerStore((stored) => {
      stored.delete('current'); // of older versions, which knew one site
      stored.put(settings, options.siteKey);
    }, true).catch(() => { /* then only pages renew what was lost */ });
    if (!sdk.allowed()) return sdk.forgetWorker(); // withdrawn in the meantime
    const current = { subscriber: sdk.subscriber(), subscription: { endpoint, keys }, key: bytesOf(key) };
    if (chosen || sdk.json(current) !== sdk.json(sdk.read('push'))) sdk.record('subscribe', { subscription: current.subscription });
    return sdk.write('push', current);
  }

  /** A browser has one subscription for a worker: who shares theirs with another sender may be pushed aside. */
  function lose() {
    sdk.fail("another sender's subscription has taken the place of Carillon's: this device gets no more pushes from here");
    sdk.record('unsubscribe', { reason: 'replaced' });
    sdk.erase('push');
    sdk.announce('unsubscribed');
  }

  /** The registration with exactly our scope: asking for an address gives that of any scope around it, too. */
  async function ownRegistration() {
    const found = await navigator.serviceWorker.getRegistration(scope());
    return found && found.scope === scope() ? found : null;
  }

  async function registerWorker() {
    const present = await ownRegistration();
    const { scriptURL } = (present && (present.active || present.waiting || present.installing)) || {};
    if (scriptURL && pathOf(scriptURL) !== pathOf(workerAddress()) && !(await mayReplace(scriptURL))) {
      throw new Error(`your site's worker ${scriptURL} serves ${scope()} already: add Carillon's line to it and name it with `
        + 'data-worker, or give Carillon a folder of its own with data-worker-scope');
    }
    return navigator.serviceWorker.register(sdk.trusted(options.worker), options.workerScope ? { scope: options.workerScope } : {});
  }

  const pathOf = (address) => address.split(/[?#]/)[0];

  /** A worker whose file is gone, such as a former provider's, and one that is Carillon's by its name. */
  async function mayReplace(address) {
    if (/\/carillon-worker\.js$/.test(pathOf(address))) return true;
    const response = await fetch(address, { cache: 'no-store' }).catch(() => null);
    return Boolean(response) && [404, 410].includes(response.status);
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

  async function publicKey() {
    const address = `${sdk.urlOf('/v1/config')}?site_key=${encodeURIComponent(options.siteKey)}`;
    const response = await fetch(address, { credentials: 'omit' });
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    const base64 = (await response.json()).vapid_public_key.replace(/-/g, '+').replace(/_/g, '/');
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  }

  /**
   * A subscription made with another key cannot be used. Our own (the key was changed) is replaced on any page;
   * somebody else's only when the visitor asks for ours; null where it stays.
   */
  async function subscriptionFor(pushManager, key, chosen) {
    const existing = await pushManager.getSubscription();
    if (existing) {
      if (keyOf(existing) === bytesOf(key)) return existing;
      const former = (sdk.read('push') || {}).subscription;
      if (!chosen && !(former && former.endpoint === existing.toJSON().endpoint)) return null;
      await existing.unsubscribe();
    }
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }

  const keyOf = (subscription) => bytesOf(subscription.options && subscription.options.applicationServerKey);

  async function ownSubscription(known) {
    const registration = await ownRegistration();
    const subscription = registration && await registration.pushManager.getSubscription();
    if (!subscription) return null;
    const { endpoint } = subscription.toJSON();
    if (known && known.key && (known.subscription.endpoint === endpoint || known.key === keyOf(subscription))) return subscription;
    return keyOf(subscription) === bytesOf(await publicKey()) ? subscription : null;
  }

  async function cancel(known) {
    await sdk.changeWorkerStore((stored) => {
      stored.delete('current');
      stored.delete(options.siteKey);
    }).catch(() => { /* there was nothing */ });
    const subscription = await ownSubscription(known);
    if (subscription) await subscription.unsubscribe();
  }

  const isKept = async () => Boolean(await ownSubscription(null));

  sdk.device = { register, cancel, isKept };
})();
