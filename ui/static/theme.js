const KEY = "youju-theme";
const apply = (theme) => {
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.body.classList.toggle("dark", dark);
};
const present = () => { const theme = localStorage.getItem(KEY) || "system"; apply(theme); return theme; };
const choose = (theme) => { localStorage.setItem(KEY, theme); apply(theme); };
