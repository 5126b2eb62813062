/* The explorer of the front page moves by itself, until the reader touches it: it presses the explorer's own play button. It does not for readers who
   want no motion, nor where the address asks for a certain state; it pauses while it is out of sight. */
(() => {
  "use strict";
  const PAUSE = 4; // ticks of half a second, at the end of a run

  const start = async (box) => {
    const host = box.querySelector(".lecture-explorer");
    const query = location.search;
    if (!host || matchMedia("(prefers-reduced-motion: reduce)").matches || new URLSearchParams(query).has("explorer")) return;
    for (let tries = 0; !host.shadowRoot; tries++) {
      if (tries === 100) return; // an older browser keeps the first picture
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const button = host.shadowRoot.querySelector(".row button");
    if (!button) return;
    const isPlaying = () => button.ariaLabel.startsWith("Pause");
    let inSight = false, rest = PAUSE;

    const tick = () => {
      if (location.search !== query) history.replaceState(history.state, "", location.pathname + query + location.hash); // nobody chose this state
      rest = isPlaying() ? 0 : rest + 1;
      if (rest > PAUSE && inSight && !document.hidden) button.click();
    };
    const timer = setInterval(tick, 500);

    const observer = new IntersectionObserver(([entry]) => {
      inSight = entry.isIntersecting;
      if (!inSight && isPlaying()) button.click();
    });
    observer.observe(host);

    const touch = (event) => {
      if (!event.isTrusted || event.key === "Tab") return;
      clearInterval(timer);
      observer.disconnect();
      for (const type of TYPES) host.removeEventListener(type, touch, true);
      if (isPlaying() && !event.composedPath().includes(button)) button.click(); // the button itself pauses by being pressed
    };
    const TYPES = ["pointerdown", "keydown", "change"];
    for (const type of TYPES) host.addEventListener(type, touch, true);
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".lecture-moving").forEach(start));
})();
