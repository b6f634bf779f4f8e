# about: counts the epochs with a while loop, and uses net.forward
# points: 6

def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    net.train()
    sgd = optim.SGD(net.parameters(), lr=learning_rate, momentum=0, weight_decay=0)
    epoch, losses = 0, []
    while epoch < n_epochs:
        sgd.zero_grad()
        prediction = net.forward(train_data)
        loss = loss_fn(prediction, train_labels)
        losses.append(loss.data.item())
        loss.backward()
        sgd.step()
        epoch += 1
    net.eval()
    return losses
