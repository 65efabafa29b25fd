import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Gate } from './gate.tsx'
import { client } from './query.ts'
import { nonceOfPage, theme, variables } from './ui/theme.ts'
import { WordsProvider } from './words/words.tsx'
import './ui/styles.ts'

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={nonceOfPage}>
      <QueryClientProvider client={client}>
        <WordsProvider><Gate /></WordsProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
