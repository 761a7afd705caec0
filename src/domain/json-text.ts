/** A JSON text of a value of type `T`. */
export type JsonText<T> = string & { readonly of?: T }
