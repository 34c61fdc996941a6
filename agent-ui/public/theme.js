// Before the first paint, so that a dark workspace never flashes white. A file of its own: the page allows no inline scripts.
try {
  const chosen = localStorage.getItem("kommutator.scheme") || "auto";
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
} catch {
  document.documentElement.setAttribute("data-mantine-color-scheme", "light");
}
