/** Mantine told to use our variables (theme.css): whoever wants other colours sets those, and nothing else. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

// Shades are asked for by name only where the variables below do not answer first.
const brand: MantineColorsTuple = ['#e6f4f6', '#d0e6ea', '#a3ccd3', '#72b1bc', '#4c9aa8', '#338c9c', '#228696', '#117484', '#0b5f6f', '#004b59']

export const theme = createTheme({
  primaryColor: 'brand', colors: { brand }, primaryShade: { light: 8, dark: 4 }, respectReducedMotion: true, cursorType: 'pointer',
  fontFamily: 'var(--gatehouse-font)', defaultRadius: 'var(--gatehouse-radius)', focusRing: 'auto',
})

const scheme = {
  '--mantine-color-body': 'var(--gatehouse-surface)',
  '--mantine-color-text': 'var(--gatehouse-text)',
  '--mantine-color-dimmed': 'var(--gatehouse-dimmed)',
  '--mantine-color-error': 'var(--gatehouse-error)',
  '--mantine-color-anchor': 'var(--gatehouse-link)',
  '--mantine-color-default': 'var(--gatehouse-surface)',
  '--mantine-color-default-hover': 'var(--gatehouse-page)',
  '--mantine-color-default-color': 'var(--gatehouse-text)',
  '--mantine-color-default-border': 'var(--gatehouse-line)',
  '--mantine-color-brand-filled': 'var(--gatehouse-brand)',
  '--mantine-color-brand-filled-hover': 'var(--gatehouse-brand-hover)',
  '--mantine-color-brand-outline': 'var(--gatehouse-link)',
  '--mantine-primary-color-filled': 'var(--gatehouse-brand)',
  '--mantine-primary-color-filled-hover': 'var(--gatehouse-brand-hover)',
  '--mantine-primary-color-contrast': 'var(--gatehouse-brand-text)',
}

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: scheme, dark: scheme })

/** What allows styles made at run time under the policy of this answer. */
export const nonceOfPage = (): string => document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? ''
