package marks

@Target(AnnotationTarget.CLASS)
annotation class First

@First
annotation class `-Second`
