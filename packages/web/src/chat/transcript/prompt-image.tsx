import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSession } from '../../api/session-context.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { t } from '../../ui/text.ts';
import type { Image } from './prompt-content.ts';
import { readStoredImage } from './stored-image.ts';

/** @param conversationId of a stored image, whose bytes the server keeps apart */
export function PromptImage({ image, conversationId }: { image: Image; conversationId: string | null }) {
  if ('data' in image) return <Picture src={`data:${image.mediaType};base64,${image.data}`} />;
  return conversationId !== null && <StoredImage sha256={image.sha256} conversationId={conversationId} />;
}

/** The browser cannot fetch it by itself: the request needs a token. */
function StoredImage({ sha256, conversationId }: { sha256: string; conversationId: string }) {
  const { connection } = useSession();
  const [src, setSrc] = useState<string | null>(null);
  const { data } = useQuery({
    queryKey: ['images', sha256],
    queryFn: ({ signal }) => readStoredImage(connection, { conversationId, sha256 }, signal),
    staleTime: Infinity,
  });
  useEffect(() => {
    if (data === undefined) return;
    const url = URL.createObjectURL(data);
    setSrc(url);
    return () => URL.revokeObjectURL(url);
  }, [data]);
  return <Picture src={src} />;
}

function Picture({ src }: { src: string | null }) {
  if (src === null) return <div className="prompt-image size-40" />;
  return <EnlargeableImage src={src} />;
}

function EnlargeableImage({ src }: { src: string }) {
  const [isLarge, setIsLarge] = useState(false);
  return (
    <>
      <button
        type="button"
        className="prompt-image"
        aria-haspopup="dialog"
        title={t('Enlarge')}
        onClick={() => setIsLarge(true)}
      >
        <img src={src} alt={t('Attached to the prompt')} />
      </button>
      {isLarge && (
        <Dialog title={t('Attached to the prompt')} className="image" onClose={() => setIsLarge(false)}>
          <img src={src} alt="" className="large-image" />
        </Dialog>
      )}
    </>
  );
}
