/* Every figure can be enlarged, also the picture of an explorer as its controls have set it: a click, a tap or the Enter key shows it as large as the screen. There + and -, a double click, the wheel with Ctrl, or two
   fingers make it larger; it scrolls, by finger, mouse or arrow keys; Escape and the cross close it. */
(() => {
  "use strict";
  const FIGURES = "main div.cell_output img";
  const LARGEST = 8; // times the size that fits the screen
  const STEP = 1.5;
  const SHARPNESS = 1.5; // pixels of a picture for each that it takes on a wide page: on a phone it opens in that size

  const made = (tag, properties, ...children) => {
    const it = Object.assign(document.createElement(tag), properties);
    it.append(...children);
    return it;
  };

  /* The dialog, its picture, and how much larger this is than what fits. */
  const img = made("img", { draggable: false });
  const sight = made("div", { className: "sight", tabIndex: 0 }, img);
  const button = (text, ariaLabel, onclick) => made("button", { type: "button", ariaLabel, onclick }, text);
  const tools = made("div", { className: "tools" }, button("−", "Smaller", () => zoom(1 / STEP)), button("+", "Larger", () => zoom(STEP)), button("×", "Close", () => dialog.close()));
  const dialog = made("dialog", { className: "lecture-zoom", ariaLabel: "Figure" }, tools, sight);
  let scale = 1;

  const fitting = () => Math.min(sight.clientWidth / img.naturalWidth, sight.clientHeight / img.naturalHeight);

  /* By a factor, with the point (x, y) of the screen staying where it is. */
  const zoom = (factor, x = sight.clientWidth / 2, y = tools.offsetHeight + sight.clientHeight / 2) => {
    const before = img.getBoundingClientRect();
    scale = Math.min(LARGEST, Math.max(1, scale * factor));
    img.style.width = `${img.naturalWidth * fitting() * scale}px`;
    const after = img.getBoundingClientRect();
    sight.scrollLeft += after.left - x + ((x - before.left) * after.width) / before.width;
    sight.scrollTop += after.top - y + ((y - before.top) * after.height) / before.height;
  };

  const open = (src, alt) => {
    [img.src, img.alt, scale] = [src, alt, 1];
    dialog.showModal();
    sight.focus();
    img.decode().then(() => zoom(Math.max(1, 1 / SHARPNESS / fitting())), () => {});
  };

  /* Two fingers: by how much they have moved apart. The mouse drags; one finger scrolls by itself. */
  const fingers = new Map();
  const apart = () => {
    const [a, b] = [...fingers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  };
  const moved = (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const before = fingers.size === 2 && apart();
    fingers.set(event.pointerId, event);
    if (before) {
      const [a, b] = [...fingers.values()];
      zoom(apart() / before, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
    } else if (event.pointerType === "mouse") {
      sight.scrollBy(last.clientX - event.clientX, last.clientY - event.clientY);
    }
  };
  const lifted = (event) => fingers.delete(event.pointerId);
  for (const [type, does] of Object.entries({ pointerdown: (event) => fingers.set(event.pointerId, event), pointermove: moved, pointerup: lifted, pointercancel: lifted, pointerleave: lifted })) {
    sight.addEventListener(type, does);
  }
  sight.addEventListener("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false }); // the page itself does not grow
  sight.addEventListener("dblclick", (event) => zoom(scale > 1 ? 1 / scale : 3, event.clientX, event.clientY));
  sight.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 200), event.clientX, event.clientY);
  }, { passive: false });

  /* Keys stay in the dialog, and Tab goes round in it. */
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "+" || event.key === "=") zoom(STEP);
    if (event.key === "-") zoom(1 / STEP);
    if (event.key !== "Tab") return;
    const stops = [...tools.children, sight];
    const at = stops.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
    event.preventDefault();
    stops.at(at % stops.length).focus();
  });
  dialog.addEventListener("close", () => fingers.clear());
  addEventListener("resize", () => dialog.open && zoom(1));

  /* The picture of an explorer, with the paths that are drawn over it. */
  const openSheet = async (sheet) => {
    const { src, alt } = sheet.querySelector("img");
    const picture = new DOMParser().parseFromString(await (await fetch(src)).text(), "image/svg+xml");
    const over = sheet.querySelector(":scope > svg");
    if (getComputedStyle(over).display !== "none") picture.documentElement.append(...picture.importNode(over, true).children);
    const whole = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" }));
    dialog.addEventListener("close", () => URL.revokeObjectURL(whole), { once: true });
    open(whole, alt);
  };

  /* A click on a walk starts an optimizer there: its pictures are not enlarged. */
  const enlarges = (host) => {
    const sheet = host.matches('[data-kind="pictures"]') && host.shadowRoot.querySelector(".sheet");
    if (!sheet) return;
    Object.assign(sheet, { tabIndex: 0, role: "button", title: "Enlarge", ariaHasPopup: "dialog" }).style.cursor = "zoom-in";
    sheet.addEventListener("click", () => openSheet(sheet));
    sheet.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault(); // a page scrolls on the space bar
      openSheet(sheet);
    });
  };
  document.addEventListener("lecture-explorer", (event) => enlarges(event.target)); // it has started: when, is its own affair

  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(dialog);
    for (const figure of document.querySelectorAll(FIGURES)) {
      if (figure.closest(".lecture-explorer")) continue;
      const around = made("button", { type: "button", className: "lecture-figure", title: "Enlarge" });
      around.setAttribute("aria-haspopup", "dialog");
      (figure.closest("a.image-reference") ?? figure).replaceWith(around); // Sphinx has put a link to the file around it
      around.append(figure);
      around.addEventListener("click", () => open(figure.currentSrc || figure.src, figure.alt));
    }
  });
})();
