document.documentElement.classList.add("live");
for (const slider of document.querySelectorAll(".compare input")) {
  const show = () => slider.parentElement.style.setProperty("--at", slider.value + "%");
  slider.addEventListener("input", show);
  show();
}
for (const player of document.querySelectorAll("audio")) {
  player.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== player) other.pause();
  });
}
const count = () => {
  const pairs = [...document.querySelectorAll("fieldset")];
  const good = pairs.filter((pair) => [...pair.elements].every((box) => box.checked)).length;
  document.querySelector("output").value = good + " of " + pairs.length;
};
document.addEventListener("change", count);
count();
