/**
 * A text without the mail addresses in it, apostrophes in them too. Services repeat addresses in their messages, and messages
 * are logged.
 */
export const withoutAddresses = (text: string): string => text.replace(/[^\s<>",;:]+@[^\s<>"',;:]+/g, '<address>');
