/** A nested reference to another item. */
export interface Ref {
  id: string
  name: string
}
