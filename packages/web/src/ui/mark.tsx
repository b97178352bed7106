/** The product's mark: a gate over running water. */
export function Mark({ className }: { className: string }) {
  return (
    <svg className={className} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8.5" fill="var(--mark)" />
      <g fill="none" stroke="#fff" strokeLinecap="round" strokeWidth="2.6">
        <path d="M16 5.5v6" />
        <path d="M6.5 16.5c3.2-2.6 6.3-2.6 9.5 0s6.3 2.6 9.5 0" />
        <path d="M6.5 23c3.2-2.6 6.3-2.6 9.5 0s6.3 2.6 9.5 0" opacity=".65" />
      </g>
    </svg>
  );
}
