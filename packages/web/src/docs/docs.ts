import { loadPatiently } from '../ui/load-patiently.ts';
import { drawErrors } from './draw-errors.ts';
import './docs.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');

for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a')) {
  if (link.pathname === location.pathname) link.setAttribute('aria-current', 'page');
}

if (location.pathname === '/docs/errors') {
  document.title = 'Sluice · Errors';
  drawErrors(root);
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
} else {
  const { drawApi } = await loadPatiently(() => import('./draw-api.ts'));
  drawApi(root);
}
