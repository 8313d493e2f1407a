/** The workspace that is on screen, for what is shown deep within its messages. */
import { createContext, useContext } from "react";

export const Here = createContext("");

export const useHere = () => useContext(Here);
