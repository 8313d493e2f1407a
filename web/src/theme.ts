/** Light, dark, or as the system says. */
import { create } from "zustand";

export type Theme = "system" | "light" | "dark";

const KEY = "nexus.theme";

export const useTheme = create<{ theme: Theme }>(() => ({ theme: storedTheme() }));

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  useTheme.setState({ theme });
  showTheme();
}

export function showTheme(): void {
  const { theme } = useTheme.getState();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function storedTheme(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}
