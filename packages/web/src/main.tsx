import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserSession } from './api/browser-session.ts';
import { SessionContext } from './api/session-context.ts';
import { App } from './app.tsx';
import './main.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');

createRoot(root).render(
  <StrictMode>
    <SessionContext value={new BrowserSession()}>
      <App />
    </SessionContext>
  </StrictMode>,
);
