import type { IconMail } from "@tabler/icons-react";

/** A receiver in a speech bubble, in the manner of the other icons; the icon set has none for this messenger. */
export const IconViber = (({ size = 24, stroke = 2 }: { size?: number; stroke?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth={stroke}
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d="M12 3c5 0 8 2.500 8 7.500s-3 7.500 -8 7.500h-1l-3.500 3v-3.600c-2.300 -1.100 -3.500 -3.500 -3.500 -6.900c0 -5 3 -7.500 8 -7.500z" />
    <path d="M8.500 7.500c0 4 3 7 7 7l.8 -1.600l-2 -1.200l-.9 .8c-1 -.5 -1.800 -1.300 -2.300 -2.300l.8 -.9l-1.200 -2z" />
  </svg>
)) as unknown as typeof IconMail;
