import { Suspense, lazy, useEffect, useState } from 'react';
import { useSession, useSessionState } from './api/session-context.ts';
import { ExpiredDialog } from './auth/expired-dialog.tsx';
import { readSetupCode } from './auth/setup-code.ts';
import { SetUp } from './auth/set-up.tsx';
import { SignIn } from './auth/sign-in.tsx';
import { Welcome } from './auth/welcome.tsx';
import { loadPatiently } from './ui/load-patiently.ts';

const loadWorkspace = () => loadPatiently(() => import('./workspace.tsx'));
const Workspace = lazy(async () => ({ default: (await loadWorkspace()).Workspace }));

const SETUP_PATH = '/setup';

/** Decides what someone gets to see: the chat, the sign-in form or the set-up form. */
export function App() {
  const session = useSession();
  const state = useSessionState();
  const [isSettingUp, setIsSettingUp] = useState(() => location.pathname === SETUP_PATH);
  const [setupCode] = useState(() => readSetupCode(location.hash));

  useEffect(() => {
    if (!isSettingUp) return void session.restore();
    // A one-time code has no business in the address bar and the history.
    history.replaceState(null, '', SETUP_PATH);
  }, [session, isSettingUp]);

  const leaveSetUp = () => {
    history.replaceState(null, '', '/');
    setIsSettingUp(false);
  };

  if ('user' in state && !isSettingUp) {
    return (
      <Suspense>
        <Workspace key={state.user.id} user={state.user} />
        {state.status === 'expired' && <ExpiredDialog email={state.user.email} />}
      </Suspense>
    );
  }
  if (isSettingUp) {
    return (
      <Welcome
        title="Set up Sluice"
        lead="Make the first account. It administers this server."
        footnote={
          <button type="button" className="link-button" onClick={leaveSetUp}>
            I already have an account
          </button>
        }
      >
        <SetUp code={setupCode} onDone={leaveSetUp} />
      </Welcome>
    );
  }
  if (state.status === 'unreachable') {
    return (
      <Welcome
        title="The server cannot be reached"
        lead={state.error?.message ?? 'Check the connection and try again.'}
      >
        <button type="button" className="primary-button" onClick={() => void session.restore()}>
          Try again
        </button>
      </Welcome>
    );
  }
  if (state.status === 'restoring') return null;
  return (
    <Welcome
      title="Sign in to Sluice"
      lead="Your own gateway to language models"
      footnote="First start? Open the setup link printed in the terminal."
    >
      <SignIn />
    </Welcome>
  );
}
