/** My account: its pages by their addresses, each loaded when it is first gone to. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, RouterProvider } from '@tanstack/react-router'
import { AccountFrame } from './account-frame.tsx'
import { accountPages } from './account-pages.ts'

const rootRoute = createRootRoute({ component: AccountFrame })
const routes = accountPages.map(({ path, load }) => createRoute({ getParentRoute: () => rootRoute, path, component: lazyRouteComponent(load, 'Page') }))
const router = createRouter({ routeTree: rootRoute.addChildren(routes), scrollRestoration: true, defaultPreload: 'intent' })

export function Account() {
  return <RouterProvider router={router} />
}
