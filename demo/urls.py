from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("", views.show_home, name="home"),
    path("sale/", views.show_sale, name="sale"),
    path("category/<slug:slug>/", views.show_category, name="category"),
    path("product/<slug:sku>/", views.show_product, name="product"),
    path("cart/", views.show_cart, name="cart"),
    path("log-in/", views.log_in, name="log_in"),
    path("thanks/", views.show_thanks, name="thanks"),
]
