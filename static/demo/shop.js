/** The demo shop in the browser: its cart, its account drawer, and what it tells Carillon. */
(() => {
  'use strict';
  const carillon = (...command) => window.carillon && window.carillon.push(command);
  const element = (id) => document.getElementById(id);
  const embedded = (id) => element(id) && JSON.parse(element(id).textContent);
  const dollars = (amount) => `$${amount.toFixed(2)}`;

  function recall(key, otherwise) {
    try { return JSON.parse(localStorage.getItem(`shop.${key}`)) ?? otherwise; } catch { return otherwise; }
  }

  function keep(key, value) {
    localStorage.setItem(`shop.${key}`, JSON.stringify(value));
  }

  function say(text) {
    element('toast').textContent = text;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { element('toast').textContent = ''; }, 4000);
  }

  // ---- The cart: {sku: quantity}
  const cart = () => recall('cart', {});
  const itemsIn = (lines) => Object.values(lines).reduce((sum, quantity) => sum + quantity, 0);

  function changeCart(sku, by) {
    const lines = cart();
    lines[sku] = (lines[sku] || 0) + by;
    if (lines[sku] <= 0) delete lines[sku];
    keep('cart', lines);
    showCount();
  }

  function showCount() {
    element('cart-count').textContent = itemsIn(cart());
  }

  function addToCart(product) {
    changeCart(product.product_id, 1);
    carillon('addEvent', { event: 'add_to_cart', ...product });
    say(`${product.product_name} is in your cart.`);
  }

  function showCart(catalogue) {
    const lines = Object.entries(cart()).filter(([sku]) => catalogue[sku]);
    element('cart-lines').replaceChildren(...lines.map(([sku, quantity]) => cartLine(catalogue, sku, quantity)));
    element('cart-empty').hidden = lines.length > 0;
    element('cart-summary').hidden = lines.length === 0;
    element('cart-total').textContent = dollars(totalOf(catalogue));
  }

  function cartLine(catalogue, sku, quantity) {
    const { product_name: name, price, picture } = catalogue[sku];
    const image = Object.assign(new Image(80, 60), { src: picture, alt: '' });
    const text = Object.assign(document.createElement('span'), { textContent: `${quantity} × ${name}` });
    const cost = Object.assign(document.createElement('strong'), { textContent: dollars(price * quantity) });
    const remove = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Remove one' });
    remove.setAttribute('aria-label', `Remove one ${name}`);
    remove.addEventListener('click', () => {
      changeCart(sku, -1);
      showCart(catalogue);
    });
    const line = document.createElement('li');
    line.append(image, text, cost, remove);
    return line;
  }

  const totalOf = (catalogue) => Object.entries(cart())
    .reduce((sum, [sku, quantity]) => sum + (catalogue[sku] ? catalogue[sku].price * quantity : 0), 0);

  function placeOrder(catalogue, thanks) {
    const value = Math.round(totalOf(catalogue) * 100) / 100;
    const lifetimeValue = Math.round((recall('lifetime_value', 0) + value) * 100) / 100;
    carillon('addEvent', { event: 'purchase', value, items: itemsIn(cart()) });
    carillon('addAttribute', 'lifetime_value', lifetimeValue);
    keep('lifetime_value', lifetimeValue);
    keep('cart', {});
    location.href = thanks;
  }

  // ---- The account drawer
  function openAccount() {
    element('customer').value = recall('customer', '');
    element('tier').value = recall('tier', '');
    element('account').returnValue = '';
    element('account').showModal();
  }

  function closeAccount() {
    if (element('account').returnValue === 'save') saveAccount(element('customer').value.trim(), element('tier').value);
    if (element('account').returnValue === 'sign-out') signOut();
  }

  /** The shop's backend vouches for who has logged in; the signature is good for a day. */
  async function identify(customer) {
    const body = new URLSearchParams({ customer });
    const answer = await fetch(element('account').dataset.logIn, { method: 'POST', body }).catch(() => null);
    const { external_id: id, signature } = answer && answer.ok ? await answer.json() : { external_id: customer };
    carillon('identify', id, signature);
  }

  function saveAccount(customer, tier) {
    if (customer && customer !== recall('customer')) identify(customer);
    if (tier && tier !== recall('tier')) carillon('addAttribute', 'loyalty_tier', tier);
    keep('customer', customer);
    keep('tier', tier);
    say(customer ? `You are signed in as ${customer}.` : 'Saved.');
  }

  function signOut() {
    for (const key of ['customer', 'tier', 'lifetime_value', 'cart']) keep(key, null);
    carillon('reset');
    showCount();
    say('You are signed out. Carillon takes you for somebody new.');
  }

  // ---- The bell
  const BELL = {
    subscribed: ['Notifications on', 'Notifications are on.'],
    unsubscribed: ['Allow notifications', 'Notifications are off.'],
    denied: ['Notifications blocked', 'Your browser blocks them: allow notifications in the settings of this page.'],
    default: ['Allow notifications', 'Not allowed yet.'],
    unsupported: ['No notifications', 'This browser has no push notifications.'],
    failed: ['Allow notifications', 'They could not be turned on; the console says why.'],
    no_consent: ['Allow notifications', 'They will be on as soon as you consent.'],
  };

  function showBell(state) {
    const [label, explanation] = BELL[state];
    element('bell').querySelector('.label').textContent = label;
    element('bell').setAttribute('aria-pressed', String(state === 'subscribed'));
    element('push-state').textContent = explanation;
  }

  const ring = () => carillon(window.carillon.subscribed ? 'unsubscribe' : 'subscribe');

  // ---- What Carillon knows
  function showSubscriber(id) {
    element('subscriber').textContent = id || 'forgotten';
    element('admin-link').href = document.body.dataset.adminSearch + encodeURIComponent(id);
    element('admin-link').hidden = !id;
  }

  function showOperation({ type, name, at }) {
    const time = new Date(at).toLocaleTimeString();
    const line = Object.assign(document.createElement('li'), { textContent: `${time} ${name || type}` });
    element('operations').prepend(line);
  }

  function watchCarillon() {
    window.addEventListener('carillon:operation', (event) => showOperation(event.detail));
    window.addEventListener('carillon:subscriber', (event) => showSubscriber(event.detail));
    window.addEventListener('carillon:subscription', (event) => {
      showBell(event.detail);
      say(BELL[event.detail][1]);
    });
    carillon('ready', (sdk) => {
      showSubscriber(sdk.subscriber);
      if (sdk.subscribed) showBell('subscribed');
    });
  }

  // ---- Each page
  function startProduct(product) {
    carillon('addEvent', { event: 'product_viewed', ...product });
    element('add-to-cart').addEventListener('click', () => addToCart(product));
  }

  function startCart(catalogue) {
    showCart(catalogue);
    const button = element('place-order');
    button.addEventListener('click', () => placeOrder(catalogue, button.dataset.thanks));
  }

  watchCarillon();
  showCount();
  if (embedded('category')) carillon('addAttribute', 'last_category', embedded('category'));
  if (embedded('product')) startProduct(embedded('product'));
  if (embedded('catalogue')) startCart(embedded('catalogue'));
  element('bell').addEventListener('click', ring);
  element('open-account').addEventListener('click', openAccount);
  element('account').addEventListener('close', closeAccount);
})();
