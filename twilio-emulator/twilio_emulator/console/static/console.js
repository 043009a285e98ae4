// What a part of the page is replaced by has no memory: keep what is open, focused and scrolled to.
let kept = {};

document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const part = event.target;
  const focused = document.activeElement;
  // A list that is being chosen from must not close under the hand.
  if (part.contains(focused) && focused.tagName === "SELECT") {
    event.preventDefault();
    return;
  }
  kept = {
    focused: part.contains(focused) ? focused.id : "",
    open: [...part.querySelectorAll("details[open]")].map((each) => each.id),
    top: part.scrollTop,
  };
});

document.addEventListener("htmx:sseMessage", (event) => {
  const part = event.target;
  for (const id of kept.open ?? []) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
  part.scrollTop = kept.top ?? 0;
  if (kept.focused) document.getElementById(kept.focused)?.focus({ preventScroll: true });
});
