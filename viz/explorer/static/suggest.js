// Suggestions below a field: an ARIA combobox with a listbox. Without this script the field is an ordinary one.
// A chosen thing goes into the form by its key, which never is ambiguous, while the field shows its name.
"use strict";
(() => {
  const french = document.documentElement.lang === "fr";
  const WAIT = 120;
  const said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(said);
  let number = 0;

  function enhance(input) {
    const list = document.createElement("ul");
    list.id = `options-${++number}`;
    list.className = "options";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    const label = input.labels[0];
    list.setAttribute("aria-label", label ? label.textContent.trim() : "");
    input.after(list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
      input.setAttribute(name, value);
    }
    let offered = [], at = -1, timer = 0, running = null;
    const key = keyField(input);

    function close() {
      clearTimeout(timer);
      if (running) running.abort();
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      at = -1;
    }

    function mark(next) {
      at = next;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
      if (at < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", list.children[at].id);
        list.children[at].scrollIntoView({ block: "nearest" });
      }
    }

    function choose(i) {
      const thing = offered[i];
      close();
      input.value = thing.name;
      if ("open" in input.dataset) location.assign(thing.path);
      else key.set(thing.key);
    }

    function show(things) {
      offered = things;
      list.replaceChildren(...things.map((thing, i) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${i}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.append(thing.name);
        const more = document.createElement("small");
        more.textContent = thing.matched && thing.matched !== thing.name ? `${thing.type} · ${thing.matched}` : thing.type;
        item.append(" ", more);
        item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(i); });
        return item;
      }));
      at = -1;
      list.hidden = things.length === 0;
      input.setAttribute("aria-expanded", String(things.length > 0));
      said.textContent = french
        ? `${things.length} suggestion${things.length > 1 ? "s" : ""}`
        : `${things.length} suggestion${things.length === 1 ? "" : "s"}`;
    }

    async function ask() {
      const text = input.value.trim();
      if (running) running.abort();
      if (!text) return close();
      running = new AbortController();
      const asked = new URLSearchParams({ q: text, type: input.dataset.suggest, lang: document.documentElement.lang });
      try {
        const answer = await fetch(`/suggest?${asked}`, { signal: running.signal });
        if (answer.ok && document.activeElement === input) show(await answer.json());
      } catch (error) {
        if (error.name !== "AbortError") close();  // no network: the field still takes what is typed
      }
    }

    input.addEventListener("input", () => {
      key.clear();
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) return void ask();
        const step = event.key === "ArrowDown" ? 1 : -1;
        const size = offered.length + 1;  // one place for none
        mark(((at + 1 + step + size) % size) - 1);
      } else if (event.key === "Enter" && open && at >= 0) {
        event.preventDefault();
        choose(at);
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        close();
      } else if (event.key === "Tab" && open && at >= 0 && !("open" in input.dataset)) choose(at);
    });
  }

  // The field beside a field: a hidden one of the same name that holds the key of the chosen thing.
  function keyField(input) {
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    input.after(hidden);
    const name = input.name;
    const field = {
      set(value) { hidden.name = name; hidden.value = value; input.removeAttribute("name"); },
      clear() { hidden.removeAttribute("name"); hidden.value = ""; input.name = name; },
    };
    if (input.dataset.key) {  // the page was made for a thing: show its name, keep its key
      input.value = input.dataset.name;
      field.set(input.dataset.key);
    }
    return field;
  }

  document.documentElement.classList.add("scripted");
  document.querySelectorAll("input[data-suggest]").forEach(enhance);
})();
