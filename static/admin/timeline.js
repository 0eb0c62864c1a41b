// A subscriber's timeline: grows by itself at the top, and by "Show older" at the bottom.
(() => {
  'use strict';
  const EVERY_MS = 3000;
  const timeline = document.getElementById('timeline');
  if (!timeline) return;
  const list = timeline.querySelector('ol');

  async function load(before) {
    const query = before ? `?before=${encodeURIComponent(before)}` : '';
    const response = await fetch(timeline.dataset.url + query, { credentials: 'same-origin' });
    if (!response.ok || response.redirected) throw new Error(`The timeline answered ${response.status}`);
    const page = document.createElement('div');
    page.innerHTML = await response.text();
    return page;
  }

  // Each new entry goes before the next older one that is here already.
  function merge(page) {
    const here = new Map([...list.children].map((row) => [row.dataset.key, row]));
    let next = null;
    for (const row of [...page.querySelectorAll('ol > li')].reverse()) {
      const known = here.get(row.dataset.key);
      if (!known) {
        row.classList.add('is-new');
        list.insertBefore(row, next ?? (here.size ? list.firstElementChild : null));
        if (!next && !here.size) list.prepend(row);
      }
      next = known ?? row;
    }
    if (list.children.length) timeline.querySelector('[data-empty]')?.remove();
  }

  async function refresh() {
    if (document.hidden) return;
    try {
      merge(await load());
    } catch {
      // Offline or logged out: what is here stays, and the next tick asks again.
    }
  }

  timeline.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-older]');
    if (!button) return;
    button.disabled = true;
    try {
      const page = await load(button.dataset.older);
      const rows = [...page.querySelectorAll('ol > li')];
      list.append(...rows);
      const more = page.querySelector('[data-older]');
      button.replaceWith(...(more ? [more] : []));
      if (rows[0]) {
        rows[0].tabIndex = -1;
        rows[0].focus();
      }
    } catch {
      button.disabled = false;
    }
  });

  setInterval(refresh, EVERY_MS);
})();
