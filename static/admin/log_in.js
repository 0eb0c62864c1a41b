// A log-in may lapse while somebody writes, and be renewed in another tab: then forms need the new log-in's token.

/** Whether an answer means that one must log in again. */
export const mustLogIn = (response) => response.status === 401 || (response.redirected && response.url.includes("/login/"));

/** A link to the log-in page in a new tab, with words around it, in place of what was to be shown. */
export function askToLogIn(element) {
  const link = Object.assign(document.createElement("a"), { href: "/admin/login/?next=/admin/", target: "_blank", rel: "noopener" });
  link.textContent = "Log in again in a new tab";
  element.replaceChildren("You were logged out. ", link, "; what you write here is not lost.");
}

/** Gives a form the token of the log-in that holds now; false if there is none. */
export async function renewToken(form) {
  const response = await fetch(form.dataset.page || location.href, { headers: { Accept: "text/html" } });
  if (mustLogIn(response) || !response.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (token) form.elements.csrfmiddlewaretoken.value = token;
  return Boolean(token);
}
