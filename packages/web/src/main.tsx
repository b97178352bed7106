import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserSession } from './api/browser-session.ts';
import { SessionContext } from './api/session-context.ts';
import { App } from './app.tsx';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { loadPatiently } from './ui/load-patiently.ts';
import { PageFault } from './ui/page-fault.tsx';
import { preferredLanguage, speak } from './ui/text.ts';
import './main.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root');

// Before the first paint, so that no words change under the reader's eyes. English is there anyway.
await loadPatiently(() => speak(preferredLanguage())).catch(() => undefined);

createRoot(root).render(
  <StrictMode>
    <ErrorBoundary
      fallback={
        <main className="h-dvh">
          <PageFault />
        </main>
      }
    >
      <SessionContext value={new BrowserSession()}>
        <App />
      </SessionContext>
    </ErrorBoundary>
  </StrictMode>,
);
