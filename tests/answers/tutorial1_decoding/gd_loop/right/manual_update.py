# about: moves the parameters by hand with torch.autograd.grad
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    losses = []
    parameters = list(net.parameters())
    for _ in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients):
                parameter -= learning_rate * gradient
        losses.append(float(loss))
    return losses
