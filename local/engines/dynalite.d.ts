/** dynalite carries no types; this is the part of it that we use. Source: its readme. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  type Options = {
    /** Folder of the LevelDB store; in memory where it is missing. */
    path?: string;
    /** Milliseconds that a table stays in `CREATING`, `DELETING` or `UPDATING`; 500 each where missing. */
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  };

  const dynalite: (options?: Options) => Server;
  export default dynalite;
}
