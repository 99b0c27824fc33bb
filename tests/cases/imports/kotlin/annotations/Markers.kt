package marks

@Target(AnnotationTarget.CLASS)
annotation class First

@First
annotation class `-Second`

@Retention(AnnotationRetention.BINARY)
@Target(AnnotationTarget.CLASS)
@MustBeDocumented()
annotation class Third
