/* Every figure can be enlarged: a click, a tap or the Enter key shows it as large as the screen. There + and -, a double click, the wheel with Ctrl, or two
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

  const open = (figure) => {
    [img.src, img.alt, scale] = [figure.currentSrc || figure.src, figure.alt, 1];
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

  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(dialog);
    for (const figure of document.querySelectorAll(FIGURES)) {
      if (figure.closest(".lecture-explorer")) continue;
      const around = made("button", { type: "button", className: "lecture-figure", title: "Enlarge" });
      around.setAttribute("aria-haspopup", "dialog");
      (figure.closest("a.image-reference") ?? figure).replaceWith(around); // Sphinx has put a link to the file around it
      around.append(figure);
      around.addEventListener("click", () => open(figure));
    }
  });
})();
