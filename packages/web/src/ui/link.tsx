import type { ComponentProps } from 'react';
import { navigate } from './navigation.ts';

interface LinkProps extends ComponentProps<'a'> {
  href: string;
}

/** A link within the page; with a modifier key or another button it is the browser's. */
export function Link({ href, onClick, ...rest }: LinkProps) {
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event);
        const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
        if (!isPlain || event.altKey || event.defaultPrevented) return;
        event.preventDefault();
        navigate(href);
      }}
      {...rest}
    />
  );
}
