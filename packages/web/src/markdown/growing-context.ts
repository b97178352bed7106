import { createContext } from 'react';

/** Whether more text may come for the block that holds this. */
export const GrowingContext = createContext(false);
