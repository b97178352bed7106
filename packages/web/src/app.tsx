import { Suspense, lazy, useEffect, useLayoutEffect, useState } from 'react';
import { useSession, useSessionState } from './api/session-context.ts';
import { ExpiredDialog } from './auth/expired-dialog.tsx';
import { readSetupCode } from './auth/setup-code.ts';
import { SetUp } from './auth/set-up.tsx';
import { SignIn } from './auth/sign-in.tsx';
import { Welcome } from './auth/welcome.tsx';
import { BlankState } from './ui/blank-state.tsx';
import { Link } from './ui/link.tsx';
import { loadPatiently } from './ui/load-patiently.ts';
import { navigate, usePath } from './ui/navigation.ts';
import { type Route, readRoute } from './ui/route.ts';
import { sayError } from './ui/say-error.ts';
import { t, useLanguage } from './ui/text.ts';

const loadWorkspace = () => loadPatiently(() => import('./workspace.tsx'));
const Workspace = lazy(async () => ({ default: (await loadWorkspace()).Workspace }));

const loadSharedPage = () => loadPatiently(() => import('./chat/shared-page.tsx'));
const SharedPage = lazy(async () => ({ default: (await loadSharedPage()).SharedPage }));

/** Decides what someone gets to see: a shared conversation, the set-up form, or what needs a session. */
export function App() {
  // Drawn from here down in another language.
  useLanguage();
  const route = readRoute(usePath());
  if (route.page === 'share') {
    return (
      <Suspense>
        <SharedPage id={route.shareId} />
      </Suspense>
    );
  }
  if (route.page === 'set-up') return <SetUpPage />;
  if (route.page === 'settings') return <SettingsPage {...route} />;
  return <SignedInPage route={route} />;
}

function SetUpPage() {
  const [code] = useState(() => readSetupCode(location.hash));
  // A one-time code has no business in the address bar and the history.
  useEffect(() => history.replaceState(null, '', location.pathname), []);
  const leave = () => navigate('/', { isReplacing: true });
  return (
    <Welcome
      title={t('Set up Sluice')}
      lead={t('Make the first account. It administers this server.')}
      footnote={
        <button type="button" className="link-button" onClick={leave}>
          {t('I already have an account')}
        </button>
      }
    >
      <SetUp code={code} onDone={leave} />
    </Welcome>
  );
}

/** The settings lie over a chat: their own address is another name for that. */
function SettingsPage({ panel }: Extract<Route, { page: 'settings' }>) {
  useLayoutEffect(() => navigate(`/#${panel}`, { isReplacing: true }), [panel]);
  return null;
}

type SignedInRoute = Extract<Route, { page: 'chat' | 'unknown' }>;

function SignedInPage({ route }: { route: SignedInRoute }) {
  const session = useSession();
  const state = useSessionState();
  useEffect(() => void session.restore(), [session]);
  if ('user' in state) {
    return (
      <Suspense>
        {route.page === 'unknown' ? (
          <UnknownPage />
        ) : (
          <Workspace key={state.user.id} user={state.user} conversationId={route.conversationId} />
        )}
        {state.status === 'expired' && <ExpiredDialog email={state.user.email} />}
      </Suspense>
    );
  }
  if (state.status === 'unreachable') {
    return (
      <Welcome
        title={t('The server cannot be reached')}
        lead={(state.error && sayError(state.error)) ?? t('Check the connection and try again.')}
      >
        <button type="button" className="primary-button" onClick={() => void session.restore()}>
          {t('Try again')}
        </button>
      </Welcome>
    );
  }
  if (state.status === 'restoring') return null;
  return (
    <Welcome
      title={t('Sign in to Sluice')}
      lead={t('Your own gateway to language models')}
      footnote={t('First start? Open the setup link printed in the terminal.')}
    >
      <SignIn />
    </Welcome>
  );
}

function UnknownPage() {
  return (
    <main className="h-dvh">
      <BlankState title={t('There is no such page')} lead={t('The address may be mistyped.')}>
        <Link href="/" className="primary-button">
          {t('Go to the chat')}
        </Link>
      </BlankState>
    </main>
  );
}
