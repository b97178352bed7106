import { useEffect } from 'react';

/** @param title null for the product's name alone */
export function usePageTitle(title: string | null, isMarked = false): void {
  useEffect(() => {
    const name = title === null ? 'Sluice' : `${title} · Sluice`;
    document.title = isMarked ? `● ${name}` : name;
  }, [title, isMarked]);
}
