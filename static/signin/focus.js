// The theme hides the page until it is ready, and browsers give no focus to what is hidden.
requestAnimationFrame(() => document.querySelector("main [autofocus]")?.focus());
