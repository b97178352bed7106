// Blocking on purpose: an explicit choice must be known before the first paint, and the CSP allows no inline script.
try {
  const theme = localStorage.getItem('sluice.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be forbidden; the system's theme is then used.
}
