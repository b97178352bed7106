import { BlankState } from './blank-state.tsx';
import { Dialog } from './dialog.tsx';
import { t } from './text.ts';

const title = () => t('This part of the page failed');
const lead = () => t('Reload the page. Nothing is lost: drafts and answers are kept.');

function ReloadButton() {
  return (
    <button type="button" className="primary-button" onClick={() => location.reload()}>
      {t('Reload')}
    </button>
  );
}

/** In place of a part of the page that failed. */
export function PageFault() {
  return (
    <div role="alert" className="h-full">
      <BlankState title={title()} lead={lead()}>
        <ReloadButton />
      </BlankState>
    </div>
  );
}

/** In place of a dialog that failed. */
export function FaultDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={title()} onClose={onClose}>
      <p className="mb-4">{lead()}</p>
      <ReloadButton />
    </Dialog>
  );
}
