// Enhancements only: every page reads and every form works without this file.
// Elements say what they want with data-* attributes; nothing here knows a page.

const say = (text) => {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
};

// In a frame of somebody else's page: nothing is kept there, and much may be forbidden.
const framed = window.self !== window.top;
const rules = document.permissionsPolicy || document.featurePolicy;
const may = (what) => !rules?.features || !rules.features().includes(what) || rules.allowsFeature(what);

// The zone of this device, for the times of the next pages; and of this page, at once. Devices travel,
// so it is looked at on each page; a zone that somebody chose (gw_zone_own) stays.
const kept = (name) => document.cookie.split("; ").find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const shownIn = document.querySelector("[data-zone]");
const away = zone && !kept("gw_zone_own") && zone !== (shownIn ? shownIn.dataset.zone : kept("gw_zone"));
if (zone && !framed && !kept("gw_zone_own") && kept("gw_zone") !== zone) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `gw_zone=${zone}; Path=/; SameSite=Lax; Max-Age=31536000${secure}`;
}
const bringHome = (root) => {
  if (!away) return;
  const locale = shownIn?.dataset.locale || document.documentElement.lang;
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: zone });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: zone });
  const named = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" });
  for (const each of root.querySelectorAll("time[datetime]")) {
    const at = new Date(each.dateTime);
    const name = named.formatToParts(at).find((part) => part.type === "timeZoneName");
    const hour = "moment" in each.dataset ? `, ${clock.format(at)} ${name ? name.value : ""}` : "";
    each.textContent = day.format(at) + hour;
  }
};
bringHome(document);
if (away && shownIn) {
  const field = document.getElementById("f-zone-here");
  shownIn.textContent = shownIn.dataset.told.replace("{}", zone);
  if (field) field.value = zone;
}

// What was wrong with a form is where its reader goes on, also in browsers that focus fields only.
document.querySelector("[role=alert][autofocus]")?.focus();

// Marks the text where it stands, for whoever has to copy it by hand; false if it stands nowhere.
const mark = (text, button) => {
  const near = button.closest(".card, section, main") || document.body;
  const place = [...near.querySelectorAll("*")].find((one) => !one.children.length && one.textContent.trim() === text);
  if (place) getSelection().selectAllChildren(place);
  return Boolean(place);
};

// What a page, or a part of it that came anew, is given.
const enhance = (root) => {
  // <button data-copy="text" data-done="Copied" data-marked="Marked" hidden>
  for (const button of root.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard || !may("clipboard-write")) continue;
    button.hidden = false;
    const words = button.querySelector("[data-words]") || button;
    const before = words.textContent;
    button.addEventListener("click", async () => {
      const { copy: text, done, marked } = button.dataset;
      const took = await navigator.clipboard.writeText(text).then(() => true, () => false);
      if (!took && !mark(text, button)) {
        button.hidden = true;
        return;
      }
      words.textContent = took ? done : marked;
      say(words.textContent);
      setTimeout(() => { words.textContent = before; }, 2500);
    });
  }
  // <button data-share="address" data-title data-text hidden>
  for (const button of root.querySelectorAll("[data-share]")) {
    if (!navigator.share || !may("web-share")) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const { share: url, title, text } = button.dataset;
      navigator.share({ url, title, text }).catch((why) => {
        if (why.name === "NotAllowedError" && mark(url, button)) say(button.dataset.marked);
      });
    });
  }
  // A form is sent once: a second tap while the first is on its way does nothing.
  for (const form of root.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 8000);
    });
  }
  for (const button of root.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
};
enhance(document);

// What somebody has begun stays theirs when a part comes anew: their words, open details, the focus.
// An element is found again by what it is and by how many such come before it.
const kindOf = (one) => [one.tagName, one.id, one.name, one.getAttribute("href"),
  one.closest("form")?.getAttribute("action")].join(" ");
const again = (old, fresh, one) => {
  const all = (root) => [...root.querySelectorAll(one.tagName)].filter((each) => kindOf(each) === kindOf(one));
  return all(fresh)[all(old).indexOf(one)];
};
const carry = (old, fresh) => {
  for (const one of old.querySelectorAll("details[open]")) {
    const twin = again(old, fresh, one);
    if (twin) twin.open = true;
  }
  for (const one of old.querySelectorAll("input:not([type=hidden]), textarea")) {
    const twin = again(old, fresh, one);
    if (!twin) continue;
    if (one.checked !== one.defaultChecked) twin.checked = one.checked;
    if (one.value !== one.defaultValue) twin.value = one.value;
  }
  for (const one of old.querySelectorAll("select")) {
    const twin = again(old, fresh, one);
    if (twin && [...twin.options].some((each) => each.value === one.value)) twin.value = one.value;
  }
};

// The same words in the same places; the tokens of forms are new each time.
const bare = (part) => {
  const copy = document.importNode(part, true);
  for (const one of copy.querySelectorAll("input[type=hidden][name^=_]")) one.remove();
  for (const one of copy.querySelectorAll("[data-copy], [data-share], [data-print]")) one.hidden = true;
  for (const one of copy.querySelectorAll("details")) one.open = false;
  return copy.innerHTML;
};
const swap = (old, fresh) => {
  if (old.dataset.live === fresh.dataset.live && bare(old) === bare(fresh)) return old;
  const held = document.activeElement;
  const twin = old.contains(held) ? again(old, fresh, held) : undefined;
  carry(old, fresh);
  old.replaceWith(fresh);
  enhance(fresh);
  if (twin) twin.focus({ preventScroll: true });
  return fresh;
};

// <section data-live="5" id="progress">: fetched anew every so many seconds while it says so, and
// with it each <div data-part id="...">, so that no part of the page says what is over. Only what
// differs is exchanged, and only data-say is spoken. Whoever is led elsewhere (the session is over)
// or hears nothing several times in a row is told that this page follows no longer. What may come and
// may not is looked for so many times (data-rounds="60"); then <p data-rested hidden> in it is shown.
const MISSES_MAX = 5;
const lose = (section) => {
  const told = document.getElementById("said")?.dataset.lost;
  const place = document.createElement("div");
  const words = document.createElement("p");
  section.removeAttribute("aria-busy");
  if (!told) return;
  words.textContent = told;
  place.className = "told told--wait";
  place.append(words);
  section.append(place);
  say(told);
};
const rest = (section) => {
  const told = section.querySelector("[data-rested]");
  section.removeAttribute("aria-busy");
  if (!told) return;
  told.hidden = false;
  say(told.textContent);
};
const follow = (section, misses = 0, rounds = 0) => {
  const seconds = Number(section.dataset.live);
  if (!seconds) return;
  if (rounds >= Number(section.dataset.rounds || Infinity)) return rest(section);
  setTimeout(async () => {
    if (document.hidden) return follow(section, misses, rounds); // nobody looks; the work goes on without us
    try {
      const from = section.dataset.from || location.href;
      const headers = { "X-Goodword-Live": section.id };
      const answer = await fetch(from, { headers, redirect: "manual" });
      if (answer.type === "opaqueredirect") return lose(section);
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(section.id);
        bringHome(page);
        if (fresh) {
          const told = fresh.dataset.say;
          if (told && told !== section.dataset.say) say(told);
          for (const part of document.querySelectorAll("[data-part]")) {
            const other = page.getElementById(part.id);
            if (other) swap(part, other);
          }
          return follow(swap(section, fresh), 0, rounds + 1);
        }
      }
    } catch { /* the next round tries again */ }
    if (misses + 1 < MISSES_MAX) follow(section, misses + 1, rounds + 1);
    else lose(section);
  }, seconds * 1000);
};
document.querySelectorAll("[data-live]").forEach((section) => follow(section));
