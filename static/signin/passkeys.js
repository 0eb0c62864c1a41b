// What went wrong with a passkey, said on the page: the library tells only the console.
const WORDS = "That did not work: no passkey was given. Try again, or use another way.";

document.addEventListener("allauth.error", () => {
  const place = document.querySelector("[data-passkey-problem]");
  if (place) place.textContent = WORDS;
});
