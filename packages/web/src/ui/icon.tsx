/** Strokes on a 24 px grid. */
const paths = {
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  stop: 'M6.5 6.5h11v11h-11z',
  copy: 'M9 9.5A1.5 1.5 0 0 1 10.5 8h7A1.5 1.5 0 0 1 19 9.5v8a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 9 17.5zM15 8V6.5A1.5 1.5 0 0 0 13.5 5h-7A1.5 1.5 0 0 0 5 6.5v8A1.5 1.5 0 0 0 6.5 16H9',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4.5H15',
  edit: 'M5 19h3.5L18.6 8.9a1.5 1.5 0 0 0 0-2.1l-1.4-1.4a1.5 1.5 0 0 0-2.1 0L5 15.5zM13.5 7l3.5 3.5',
  down: 'M12 5v14M5.5 12.5 12 19l6.5-6.5',
  chevron: 'm7 10 5 5 5-5',
  left: 'm14.5 6-6 6 6 6',
  right: 'm9.5 6 6 6-6 6',
  plus: 'M12 5.5v13M5.5 12h13',
  menu: 'M4.5 8h15M4.5 16h15',
  close: 'm6.5 6.5 11 11M17.5 6.5l-11 11',
  leave: 'M10 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19H10M14.5 8l4 4-4 4M18 12H9.5',
  more: 'M5.7 12h.6M11.7 12h.6M17.7 12h.6',
  search: 'M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5 19.5 19.5',
  pin: 'M9 4.5h6M10 4.5v6l-2.5 3.5h9L14 10.5v-6M12 14v5.5',
  archive: 'M4.5 5.5h15v4h-15zM6 9.5v9h12v-9M10 13h4',
  trash: 'M5 7h14M9.5 7V5h5v2M7 7l.8 12h8.4L17 7M10.5 10.5v5M13.5 10.5v5',
  link: 'M10 14a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1 1M14 10a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1-1',
  download: 'M12 4.5v10M7.5 10.5 12 15l4.5-4.5M5 19.5h14',
  upload: 'M12 15V5M7.5 9 12 4.5 16.5 9M5 19.5h14',
  settings: 'M5 8h6M15 8h4M5 16h4M13 16h6M13 6v4M11 14v4',
  gear: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3.5v2.3M12 18.2v2.3M3.5 12h2.3M18.2 12h2.3M6 6l1.6 1.6M16.4 16.4 18 18M6 18l1.6-1.6M16.4 7.6 18 6',
  chart: 'M4.5 4.5v15h15M8.5 15.5v-3M12.5 15.5v-7M16.5 15.5v-5',
  people:
    'M9 5.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM3.5 18.5c.4-3 2.5-4.5 5.5-4.5s5.1 1.5 5.5 4.500M15.5 6a2.7 2.7 0 0 1 0 5.200M17 14.300c2 .5 3.2 1.9 3.5 4.2',
  keyboard: 'M3.5 6.500h17v11h-17zM7 10h.1M10.3 10h.1M13.7 10h.1M17 10h.1M8 14h8',
  alert: 'M12 8v5M12 16.2v.1M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  image:
    'M4.5 6.5A1.5 1.5 0 0 1 6 5h12a1.5 1.5 0 0 1 1.5 1.5v11A1.5 1.5 0 0 1 18 19H6a1.5 1.5 0 0 1-1.5-1.5zM5 16.5l4.5-4.5 6 6.5M14 14.5l2-2 3.5 3.5M15.5 9v.1',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1',
  moon: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z',
  wrap: 'M4.5 6.5h15M4.5 12H16a3 3 0 0 1 0 6h-4M14.5 15.5 12 18l2.5 2.5M4.5 18h4',
  screen: 'M4.5 5.5h15v10h-15zM9 19.5h6M12 15.5v4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg
      className={className ?? 'size-[1.125rem]'}
      viewBox="0 0 24 24"
      fill={name === 'stop' ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
