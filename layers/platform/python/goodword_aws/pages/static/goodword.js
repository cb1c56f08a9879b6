// Enhancements only: every page reads and every form works without this file.
// Elements say what they want with data-* attributes; nothing here knows a page.

const say = (text) => {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
};

// The zone of this browser, for the times of the next pages; and of this page, at once.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.split("; ").some((each) => each.startsWith("gw_zone="))) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `gw_zone=${zone}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`;
  const shown = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "medium", timeStyle: "short", timeZone: zone,
  });
  const named = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" });
  for (const each of document.querySelectorAll("time[data-moment]")) {
    const at = new Date(each.dateTime);
    const name = named.formatToParts(at).find((part) => part.type === "timeZoneName");
    each.textContent = `${shown.format(at)} ${name ? name.value : ""}`;
  }
}

// <button data-copy="text" data-done="Copied" hidden>
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const words = button.querySelector("[data-words]") || button;
  const before = words.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = button.dataset.done;
    say(button.dataset.done);
    setTimeout(() => { words.textContent = before; }, 2500);
  });
}

// <button data-share="address" data-title data-text hidden>
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const { share: url, title, text } = button.dataset;
    navigator.share({ url, title, text }).catch(() => {});
  });
}

// <section data-live="5" id="progress">: fetched anew every so many seconds while it says so.
const follow = (section) => {
  const seconds = Number(section.dataset.live);
  if (!seconds) return;
  setTimeout(async () => {
    if (document.hidden) return follow(section); // nobody looks; the work goes on without us
    try {
      const answer = await fetch(location.href, { headers: { "X-Goodword-Live": section.id } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(section.id);
        if (fresh) {
          const told = fresh.dataset.say;
          if (told && told !== section.dataset.say) say(told);
          section.replaceWith(fresh);
          follow(fresh);
          return;
        }
      }
    } catch { /* the next round tries again */ }
    follow(section);
  }, seconds * 1000);
};
document.querySelectorAll("[data-live]").forEach(follow);

// A form is sent once: a second tap while the first is on its way does nothing.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 8000);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
