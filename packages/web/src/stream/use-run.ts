import { useSyncExternalStore } from 'react';
import type { RunStore } from './run-store.ts';
import type { RunView } from './run-view.ts';

/** All of a run but its text; renders a few times per run, not once per frame. */
export function useRunView(run: RunStore): RunView {
  return useSyncExternalStore(run.subscribe, run.getView);
}

const noSubscription = () => () => undefined;
const noView = () => null;

export function useOptionalRunView(run: RunStore | null): RunView | null {
  return useSyncExternalStore(run?.subscribe ?? noSubscription, run?.getView ?? noView);
}

/** The growing text: renders once per frame. Only the live answer may ask for it. */
export function useRunText(run: RunStore): string {
  return useSyncExternalStore(run.subscribe, run.getText);
}

export function useRunReasoning(run: RunStore): string {
  return useSyncExternalStore(run.subscribe, run.getReasoning);
}
