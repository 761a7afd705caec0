/** A thing that another refers to, as the API nests it. */
export interface Ref {
  id: string
  name: string
}
