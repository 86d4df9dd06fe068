// What a page gains with script: "/" finds, arrows walk rows, Escape closes menus, dialogs, theme. Every page works without it.
"use strict";

(() => {
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  // Keys ------------------------------------------------------------------------------------------
  const walkRows = (event) => {
    const links = [...document.querySelectorAll("[data-rows] .row-link")];
    const here = links.indexOf(document.activeElement);
    if (links.length === 0 || (here < 0 && document.activeElement !== document.body && document.activeElement.id !== "content")) return;
    const next = here < 0 ? 0 : here + (event.key === "ArrowDown" ? 1 : -1);
    if (next >= 0 && next < links.length) {
      event.preventDefault();
      links[next].focus();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open], .bar details[open]").forEach((menu) => menu.removeAttribute("open"));
      return;
    }
    if (typing(event.target)) return;
    if (event.key === "/") {
      const find = document.querySelector("[data-find-first]") || document.querySelector("[data-find]");
      if (find) {
        event.preventDefault();
        find.focus();
        find.select();
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      walkRows(event);
    }
  });

  // Menus close when one looks elsewhere ------------------------------------------------------------
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open], .bar details[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    });
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.dialog).showModal();
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
    const filler = event.target.closest("[data-fill-login]");
    if (filler) fillSignIn(filler.dataset);
  });

  const fillSignIn = (values) => {
    const login = document.getElementById("id_login");
    if (!login) return;
    login.value = values.fillLogin;
    document.getElementById("id_password").value = values.fillPassword;
    login.form.querySelector("button").focus();
  };

  // A form with data-confirm="sentence" asks before it is sent -----------------------------------------
  const ask = (sentence) =>
    new Promise((answer) => {
      const dialog = document.createElement("dialog");
      const text = document.createElement("p");
      const buttons = document.createElement("div");
      text.textContent = sentence;
      buttons.className = "buttons";
      for (const [word, value] of [[document.body.dataset.yes, "yes"], [document.body.dataset.no, ""]]) {
        const button = document.createElement("button");
        button.textContent = word;
        button.className = value ? "primary" : "plain";
        button.addEventListener("click", () => dialog.close(value));
        buttons.append(button);
      }
      dialog.append(text, buttons);
      dialog.addEventListener("close", () => {
        dialog.remove();
        answer(dialog.returnValue === "yes");
      });
      document.body.append(dialog);
      dialog.showModal();
    });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (await ask(form.dataset.confirm)) {
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter);
    }
  }, true);

  // Light or dark, kept in a cookie so that the server paints it at once ----------------------------------
  const root = document.documentElement;
  const showTheme = () => {
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === (root.dataset.theme || "")));
    }
  };
  for (const group of document.querySelectorAll("[data-themes]")) {
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("[data-set-theme]");
      if (!button) return;
      const chosen = button.dataset.setTheme;
      document.cookie = `qorgan_theme=${chosen}; path=/; max-age=${chosen ? 31536000 : 0}; samesite=strict`;
      if (chosen) root.dataset.theme = chosen;
      else delete root.dataset.theme;
      showTheme();
    });
  }
  showTheme();
})();
